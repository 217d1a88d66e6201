"""WeCom's messages to customers: mass messages (客户群发), welcome messages, moments (朋友圈). What the platform only offers to a member waits here until a test confirms.

Sources, developer.work.weixin.qq.com/document/path: 92135 (mass messages), 92599 (welcome), 96351 (moments), 90313 (codes)."""
import clock
from platform_base import BadAct
from wecom_api import Refused, api, listed, page
from wecom_customers import customers_of, follow_of, staff_of

DAY = 86400
MEDIA_DAYS = 3
# msgtype -> bytes of its longest fields (92135)
ATTACHMENTS = {"image": {}, "link": {"title": 128, "picurl": 2048, "desc": 512, "url": 2048}, "miniprogram": {"title": 64}, "video": {}, "file": {}}


def clear(w):
    w.tasks, w.welcomes, w.moments = {}, {}, {}


def check_content(w, told):
    """Text and attachments of a mass message or a welcome."""
    text, attachments = (told.get("text") or {}).get("content", ""), told.get("attachments") or []
    if not text and not attachments:
        raise Refused(40063)
    if len(text.encode()) > 4000:
        raise Refused(45002)
    if len(attachments) > 9:
        raise Refused(40058, "at most 9 attachments")
    for one in attachments:
        kind = one.get("msgtype")
        if kind not in ATTACHMENTS:
            raise Refused(41065)
        held = one.get(kind) or {}
        if any(len(held.get(name, "").encode()) > most for name, most in ATTACHMENTS[kind].items()):
            raise Refused(41064)
        media = held.get("media_id") or held.get("pic_media_id")
        if media and (media not in w.media or w.now() - w.media[media]["at"] > MEDIA_DAYS * DAY) or kind in ("video", "file") and not media:
            raise Refused(40007)


def fits(follow, groups):
    """Some tag of each group."""
    return all(set(group.get("tag_list", [])) & set(follow.get("tags", [])) for group in groups)


def last_talker(w, customer):
    """Without `sender` the member who talked last is asked; before any talk, who added the customer last."""
    follows = {user: follow for user in w["customers"].get(customer, {}).get("follow", {}) if (follow := follow_of(w, user, customer)) is not None}
    return max(follows, key=lambda user: (follows[user].get("last_talk", 0), follows[user].get("createtime", 0)), default=None)


def targets(w, told):
    """({member: [customers]}, ids that nobody can send to)."""
    sender, customers = told.get("sender"), listed(told, "external_userid", 10000)
    if sender:
        staff_of(w, sender)
    groups = (told.get("tag_filter") or {}).get("group_list") or []
    if not sender and not customers:
        raise Refused(40058, "sender and external_userid are both empty")
    if not customers:
        customers = customers_of(w, sender)
    if groups:
        customers = [customer for customer in customers if any(fits(follow, groups) for user, follow in w["customers"].get(customer, {}).get("follow", {}).items()
                                                               if sender in (None, user))]
    asked, failed = {}, []
    for customer in dict.fromkeys(customers):
        user = last_talker(w, customer) if not sender else sender if follow_of(w, sender, customer) is not None else None
        if user is None:
            failed.append(customer)
        else:
            asked.setdefault(user, []).append(customer)
    return asked, failed


def group_targets(w, told):
    sender = told.get("sender")
    if not sender:
        raise Refused(40058, "a group message needs a sender")
    staff_of(w, sender)
    chats = listed(told, "chat_id_list", 2000) or [chat for chat, one in w["groups"].items() if one["owner"] == sender]
    mine = [chat for chat in chats if w["groups"].get(chat, {}).get("owner") == sender]
    return ({sender: mine} if mine else {}), [chat for chat in chats if chat not in mine]


@api("externalcontact/add_msg_template")
def add_msg_template(w, told, *_):
    """92135: makes a task. Nothing is sent before a member confirms it in the client."""
    kind = told.get("chat_type", "single")
    if kind not in ("single", "group"):
        raise Refused(40058)
    check_content(w, told)
    asked, failed = targets(w, told) if kind == "single" else group_targets(w, told)
    if not asked:
        raise Refused(41048)
    message = f"msgGCAAA{w.next_number():08d}{w.token(8)}"
    w.tasks[message] = {"msgid": message, "at": w.now(), "chat_type": kind, "text": told.get("text"), "attachments": told.get("attachments") or [], "queries": 0,
                        "cancelled": False, "members": {user: {"status": 0, "send_time": 0, "to": {one: {"status": 0, "send_time": 0} for one in found}}
                                                        for user, found in asked.items()}}
    return {"fail_list": failed, "msgid": message}


def cap(w):
    """(window, how many): each natural month as many as it has days, unless the administrator set 7 a week or 1 a day."""
    per, n = w["mass_cap"]["per"], w["mass_cap"]["n"]
    return per, n if n is not None else {"month": clock.days_in_month(w.now()), "week": 7, "day": 1}[per]


def reach(w, user, one, kind):
    """Status of a confirmed send: 1 sent, 2 not a friend any more, 3 the customer already got other mass messages; over the cap nothing failed before this."""
    follow = w["customers"].get(one, {}).get("follow", {}).get(user, {})
    if kind == "single" and follow.get("relation", "both") != "both" or kind == "single" and not follow:
        return 2
    per, most = cap(w)
    if w.counts.count(("mass", one), w.now(), per) >= most:
        return 3
    w.counts.add(("mass", one), w.now(), per)
    return 1


def confirm(w, userid, msgid=None, only=None):
    """The member taps send: on one task or on all that wait; `only` narrows the customers, as allow_select lets the member do. How many got it."""
    found = [task for task in w.tasks.values() if msgid in (None, task["msgid"]) and task["members"].get(userid, {}).get("status") == 0 and not task["cancelled"]]
    if msgid is not None and not found:
        raise BadAct(f"no task {msgid} waits for {userid}")
    sent = 0
    for task in found:
        member = task["members"][userid]
        member.update(status=2, send_time=int(w.now()))
        for one, row in member["to"].items():
            if only is not None and one not in only:
                continue
            row["status"] = reach(w, userid, one, task["chat_type"])
            if row["status"] == 1:
                row["send_time"] = int(w.now())
                sent += 1
                w.double.receive("wecom", "add_msg_template", one, task["text"] or task["attachments"], task["msgid"])
    return sent


def staff_mass(w, userid, customers, text="a member's own"):
    """A member's own mass message: it counts in the same cap."""
    reached = [one for one in customers if reach(w, userid, one, "single") == 1]
    for one in reached:
        w.double.receive("wecom", "member's mass message", one, text, f"own{w.next_number()}")
    return len(reached)


def task_of(w, told):
    """41063 while it is being dispatched: the first query after the task was made (`dispatch_queries`)."""
    if not told.get("msgid"):
        raise Refused(41046)
    task = w.tasks.get(told["msgid"])
    if task is None:
        raise Refused(41047)
    return task


def queried(w, told):
    task = task_of(w, told)
    task["queries"] += 1
    if task["queries"] <= w["dispatch_queries"]:
        raise Refused(41063)
    return task


@api("externalcontact/get_groupmsg_task")
def groupmsg_task(w, told, *_):
    rows, cursor = page(list(queried(w, told)["members"].items()), told, 1000, 500)
    return {"task_list": [{"userid": user, "status": one["status"], **({"send_time": one["send_time"]} if one["status"] == 2 else {})} for user, one in rows],
            "next_cursor": cursor}


@api("externalcontact/get_groupmsg_send_result")
def groupmsg_result(w, told, *_):
    task = queried(w, told)
    if told.get("userid") not in task["members"]:
        raise Refused(60111)
    rows, cursor = page(list(task["members"][told["userid"]]["to"].items()), told, 1000, 500)
    name = "external_userid" if task["chat_type"] == "single" else "chat_id"
    shown = [{name: one, "userid": told["userid"], "status": row["status"], **({"send_time": row["send_time"]} if row["status"] == 1 else {})} for one, row in rows]
    return {"send_list": shown, "next_cursor": cursor}


@api("externalcontact/get_groupmsg_list_v2")
def groupmsg_list(w, told, *_):
    """The way out of a call without an answer; what the API made has no creator."""
    start, end = told.get("start_time"), told.get("end_time")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= end - start <= 31 * DAY:
        raise Refused(40058, "start_time and end_time lie at most a month apart")
    kind = told.get("chat_type")
    if kind not in ("single", "group"):
        raise Refused(40058, "chat_type is single or group")
    found = [task for task in w.tasks.values() if task["chat_type"] == kind and start <= int(task["at"]) <= end and told.get("filter_type", 2) in (0, 2) and not told.get("creator")]
    rows, cursor = page(found, told, 100, 50)
    return {"group_msg_list": [{"msgid": task["msgid"], "create_time": str(int(task["at"])), "create_type": 0, "text": task["text"] or {}, "attachments": task["attachments"]}
                               for task in rows], "next_cursor": cursor}


@api("externalcontact/remind_groupmsg_send")
def remind(w, told, *_):
    """At most 3 in 24 hours."""
    task = task_of(w, told)
    if w.times.within(("remind", task["msgid"]), w.now(), DAY) >= 3:
        raise Refused(41094)
    w.times.add(("remind", task["msgid"]), w.now())
    for user in (user for user, one in task["members"].items() if one["status"] == 0):
        w.double.receive("wecom", "remind_groupmsg_send", user, "reminder", task["msgid"])


@api("externalcontact/cancel_groupmsg_send")
def cancel(w, told, *_):
    """Only what is not yet sent."""
    task = task_of(w, told)
    if task["cancelled"]:
        raise Refused(41093)
    task["cancelled"] = True


@api("externalcontact/send_welcome_msg")
def send_welcome(w, told, *_):
    """92599: within 20 seconds of the event, once, and not when they already talk."""
    if not told.get("welcome_code"):
        raise Refused(41049)
    one = w.welcomes.get(told["welcome_code"])
    if one is None:
        raise Refused(41050)
    if one["used"] or (follow_of(w, one["userid"], one["external_userid"]) or {}).get("chatting"):
        raise Refused(41051)
    if w.now() > one["at"] + w["welcome_seconds"]:
        raise Refused(41050)
    check_content(w, told)
    one["used"] = True
    w.double.receive("wecom", "send_welcome_msg", one["external_userid"], told.get("text") or told.get("attachments"), told["welcome_code"], {"welcome_code": told["welcome_code"]})


# Moments (96351): a job, then a moment that members must confirm.

@api("externalcontact/add_moment_task")
def add_moment(w, told, *_):
    text, attachments = (told.get("text") or {}).get("content", ""), told.get("attachments") or []
    if not text and not attachments:
        raise Refused(41089)
    if len(text) > 2000:
        raise Refused(45002)
    scope = told.get("visible_range") or {}
    senders = (scope.get("sender_list") or {}).get("user_list") or list(w["staff"])
    tags = (scope.get("external_contact_list") or {}).get("tag_list") or []
    wrong = [user for user in senders if user not in w["staff"]]
    job = f"jobid_{w.next_number()}"
    w.moments[job] = {"moment_id": f"mom{w.token(16)}", "at": w.now(), "queries": 0, "text": told.get("text"), "attachments": attachments, "tags": tags, "invalid": wrong,
                      "cancelled": False, "members": {user: 0 for user in senders if user in w["staff"]}}
    return {"jobid": job}


@api("externalcontact/get_moment_task_result", "GET")
def moment_result(w, told, *_):
    """The job is valid for 24 hours; it runs at the first query and is done at the second."""
    one = w.moments.get(told.get("jobid"))
    if one is None or w.now() - one["at"] > DAY:
        raise Refused(40088)
    one["queries"] += 1
    if one["queries"] == 1:
        return {"status": 2, "type": "add_moment_task"}
    return {"status": 3, "type": "add_moment_task", "result": {"errcode": 0, "errmsg": "ok", "moment_id": one["moment_id"],
                                                               "invalid_sender_list": {"user_list": one["invalid"], "department_list": []}}}


def moment_of(w, told):
    if not told.get("moment_id"):
        raise Refused(41059)
    found = [one for one in w.moments.values() if one["moment_id"] == told["moment_id"]]
    if not found:
        raise Refused(41060)
    return found[0]


@api("externalcontact/get_moment_task")
def moment_task(w, told, *_):
    rows, cursor = page(list(moment_of(w, told)["members"].items()), told, 1000, 500)
    return {"task_list": [{"userid": user, "publish_status": status} for user, status in rows], "next_cursor": cursor}


@api("externalcontact/cancel_moment_task")
def cancel_moment(w, told, *_):
    moment_of(w, told)["cancelled"] = True


def publish(w, userid, moment_id):
    """The member confirms a moment; customers with the tags can see it. How many."""
    one = moment_of(w, {"moment_id": moment_id})
    if one["cancelled"] or one["members"].get(userid) != 0:
        raise BadAct(f"the moment {moment_id} does not wait for {userid}")
    one["members"][userid] = 1
    seen = [customer for customer in customers_of(w, userid) if not one["tags"] or set(one["tags"]) & set(follow_of(w, userid, customer).get("tags", []))]
    for customer in seen:
        w.double.receive("wecom", "add_moment_task", customer, one["text"] or one["attachments"], moment_id)
    return len(seen)
