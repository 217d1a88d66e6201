"""WeCom's customers: lists, remarks, tags, transfers, contact ways, groups.

The setting `customers` is external_userid -> {"name", "unionid", "follow": {userid: {"state", "createtime", "tags": [tag ids], "remark", …}}};
`relation` of a follow is "both" (default), "left" (the customer deleted the member; 84061 is not given: 90313) or "deleted" (the member deleted the customer).

Sources: field lists as github.com/wenerme/go-wecom@16c85f1 carries them from the platform's documents (92113, 92114, 92117, 92118, 92125, 94081);
developer.work.weixin.qq.com/document/path/96348 (contact ways), 90313 (codes)."""
import callbacks
from wecom_api import Refused, api, listed, page

DAY = 86400


def clear(w):
    w.transfers, w.contact_ways, w.kf, w.kf_sent = {}, {}, {}, set()


def staff_of(w, userid):
    if userid not in w["staff"]:
        raise Refused(60111)
    return w["staff"][userid]


def follow_of(w, userid, customer):
    """The relation, or None when there is none that the platform accepts."""
    follow = w["customers"].get(customer, {}).get("follow", {}).get(userid)
    return follow if follow is not None and follow.get("relation", "both") != "deleted" else None


def customers_of(w, userid, mutual=True):
    return [customer for customer in w["customers"] if (follow := follow_of(w, userid, customer)) is not None and (not mutual or follow.get("relation", "both") == "both")]


def pair(w, told):
    """The follow of (userid, external_userid): 60111, 40096, 84061."""
    staff_of(w, told.get("userid"))
    if told.get("external_userid") not in w["customers"]:
        raise Refused(40096)
    follow = follow_of(w, told["userid"], told["external_userid"])
    if follow is None:
        raise Refused(84061)
    return follow


@api("externalcontact/get_follow_user_list", "GET")
def follow_users(w, *_):
    return {"follow_user": [user for user, one in w["staff"].items() if not one.get("resigned")]}


@api("externalcontact/list", "GET")
def customer_list(w, told, *_):
    staff_of(w, told.get("userid"))
    found = customers_of(w, told["userid"])
    if not found:
        raise Refused(84061)
    return {"external_userid": found}


def contact(w, customer):
    one = w["customers"][customer]
    return {"external_userid": customer, "name": one.get("name", customer), "type": one.get("type", 1), "gender": one.get("gender", 0), "unionid": one.get("unionid", "")}


def follow_base(userid, follow):
    return {"userid": userid, "remark": follow.get("remark", ""), "description": follow.get("description", ""), "createtime": int(follow.get("createtime", 0)),
            "remark_mobiles": follow.get("remark_mobiles", []), "add_way": follow.get("add_way", 1), "oper_userid": userid, "state": follow.get("state", "")}


@api("externalcontact/get", "GET")
def customer_get(w, told, *_):
    customer = told.get("external_userid")
    if customer not in w["customers"]:
        raise Refused(40096)
    follows = [(userid, follow) for userid in w["customers"][customer].get("follow", {}) if (follow := follow_of(w, userid, customer)) is not None]
    if not follows:
        raise Refused(84061)
    rows, cursor = page(follows, {"cursor": told.get("cursor")}, 500, 500)
    shown = [{**follow_base(userid, follow), "tags": [tag_shown(w, tag) for tag in follow.get("tags", [])]} for userid, follow in rows]
    return {"external_contact": contact(w, customer), "follow_user": shown, **({"next_cursor": cursor} if cursor else {})}


@api("externalcontact/batch/get_by_user")
def batch_get(w, told, *_):
    users = listed(told, "userid_list", 100)
    for user in users:
        staff_of(w, user)
    pairs = [(user, customer) for user in users for customer in customers_of(w, user, mutual=False)]
    rows, cursor = page(pairs, told, 100, 50)
    shown = [{"external_contact": contact(w, customer),
              "follow_info": {**follow_base(user, follow_of(w, user, customer)), "tag_id": follow_of(w, user, customer).get("tags", [])}} for user, customer in rows]
    return {"external_contact_list": shown, "next_cursor": cursor}


@api("externalcontact/remark")
def remark(w, told, *_):
    follow = pair(w, told)
    for name, most in (("remark", 20), ("description", 150), ("remark_company", 20)):
        if len(told.get(name, "")) > most:
            raise Refused(40058, f"{name} takes at most {most}")
    follow.update({name: told[name] for name in ("remark", "description", "remark_company") if name in told})
    if "remark_mobiles" in told:
        follow["remark_mobiles"] = [mobile for mobile in told["remark_mobiles"] if mobile]


@api("idconvert/unionid_to_external_userid")
def from_unionid(w, told, *_):
    found = [customer for customer, one in w["customers"].items() if told.get("unionid") and one.get("unionid") == told["unionid"]]
    return {"external_userid": found[0]} if found else {"external_userid": "", "pending_id": f"pending{w.token(16)}"}


# Tags: the setting `tags` is group_id -> {"name", "tags": {tag_id: name}}.

def all_tags(w):
    return {tag: (group, name) for group, one in w["tags"].items() for tag, name in one["tags"].items()}


def tag_shown(w, tag):
    group, name = all_tags(w)[tag]
    return {"group_name": w["tags"][group]["name"], "tag_name": name, "tag_id": tag, "type": 1}


def group_shown(w, group, only=None):
    one = w["tags"][group]
    return {"group_id": group, "group_name": one["name"], "create_time": int(one.get("create_time", 0)), "order": 0, "deleted": False,
            "tag": [{"id": tag, "name": name, "create_time": int(one.get("create_time", 0)), "order": 0, "deleted": False}
                    for tag, name in one["tags"].items() if only is None or tag in only]}


@api("externalcontact/get_corp_tag_list")
def tag_list(w, told, *_):
    groups, tags = told.get("group_id") or [], told.get("tag_id") or []
    if groups:
        return {"tag_group": [group_shown(w, group) for group in w["tags"] if group in groups]}
    shown = [group_shown(w, group, tags or None) for group in w["tags"]]
    return {"tag_group": [one for one in shown if one["tag"] or not tags]}


@api("externalcontact/add_corp_tag")
def add_tag(w, told, *_):
    names = [one.get("name", "") for one in told.get("tag") or []]
    if not names or not all(names):
        raise Refused(40063)
    if any(len(name) > 30 for name in names):
        raise Refused(40072)
    group = told.get("group_id") or next((group for group, one in w["tags"].items() if one["name"] == told.get("group_name")), None)
    if group is None:
        group = f"et{w.token(28)}"
        w["tags"][group] = {"name": told.get("group_name", ""), "tags": {}, "create_time": w.now()}
    if group not in w["tags"]:
        raise Refused(40068)
    held = w["tags"][group]["tags"]
    if set(names) & set(held.values()):
        raise Refused(40071)
    if len(all_tags(w)) + len(names) > w["tag_cap"]:
        raise Refused(40126)
    added = {f"et{w.token(28)}": name for name in names}
    held.update(added)
    return {"tag_group": group_shown(w, group, set(added))}


@api("externalcontact/edit_corp_tag")
def edit_tag(w, told, *_):
    found = all_tags(w).get(told.get("id"))
    if found:
        w["tags"][found[0]]["tags"][told["id"]] = told.get("name", found[1])
    elif told.get("id") in w["tags"]:
        w["tags"][told["id"]]["name"] = told.get("name", "")
    else:
        raise Refused(40068)


@api("externalcontact/del_corp_tag")
def delete_tag(w, told, *_):
    known = all_tags(w)
    if any(tag not in known for tag in told.get("tag_id") or []) or any(group not in w["tags"] for group in told.get("group_id") or []):
        raise Refused(40068)
    gone = set(told.get("tag_id") or []) | {tag for group in told.get("group_id") or [] for tag in w["tags"].pop(group)["tags"]}
    for one in w["tags"].values():
        one["tags"] = {tag: name for tag, name in one["tags"].items() if tag not in gone}
    for one in w["customers"].values():
        for follow in one.get("follow", {}).values():
            follow["tags"] = [tag for tag in follow.get("tags", []) if tag not in gone]


@api("externalcontact/mark_tag")
def mark_tag(w, told, *_):
    """A set of the pair (member, customer): doing it twice is doing it once."""
    follow = pair(w, told)
    add, remove = told.get("add_tag") or [], told.get("remove_tag") or []
    if not add and not remove:
        raise Refused(40063)
    if any(tag not in all_tags(w) for tag in [*add, *remove]):
        raise Refused(40068)
    follow["tags"] = [tag for tag in dict.fromkeys([*follow.get("tags", []), *add]) if tag not in remove]


# Transfers: accepted one by one, done a day later unless the customer refuses.

def transfer(w, told, resigned):
    old, new = told.get("handover_userid"), told.get("takeover_userid")
    handover, takeover = staff_of(w, old), staff_of(w, new)
    if resigned and not handover.get("resigned"):
        raise Refused(40097)
    if takeover.get("verified") is False:
        raise Refused(40098)
    if len(told.get("transfer_success_msg", "")) > 200:
        raise Refused(40058)
    return {"customer": [{"external_userid": customer, "errcode": transfer_one(w, old, new, customer, resigned)} for customer in listed(told, "external_userid", 100)]}


def transfer_one(w, old, new, customer, resigned):
    """The errcode of one customer: 0 says that it has begun. 40128: at most 2 in 90 natural days, in service."""
    now, limit = w.now(), w["staff"][new].get("customer_limit")
    if customer not in w["customers"]:
        return 40096
    if old == new:
        return 40130
    # Whose member has left is handed on by the other API; what this one says is not documented, the codes know only 40131.
    if follow_of(w, old, customer) is None or not resigned and w["staff"][old].get("resigned"):
        return 40131
    if any(one["external_userid"] == customer and one["status"] == 2 for one in w.transfers.values()):
        return 40100 if resigned else 40129
    if limit is not None and len(customers_of(w, new)) >= limit:
        return 40099
    if not resigned and w.times.within(("transfer", customer), now, 90 * DAY) >= 2:
        return 40128
    w.times.add(("transfer", customer), now)
    one = {"external_userid": customer, "handover_userid": old, "takeover_userid": new, "status": 2, "takeover_time": int(now + DAY), "refused": False, "at": now}
    w.transfers[old, new, customer] = one
    w.double.clock.after(DAY, lambda: finish(w, one))
    return 0


def finish(w, one):
    old, new, customer = one["handover_userid"], one["takeover_userid"], one["external_userid"]
    limit = w["staff"][new].get("customer_limit")
    one["status"] = 3 if one["refused"] else 4 if limit is not None and len(customers_of(w, new)) >= limit else 1
    if one["status"] == 1:
        follows = w["customers"][customer]["follow"]
        follows[new] = {**follows.pop(old), "createtime": w.now(), "add_way": 202}
        return callbacks.event(w, {"ChangeType": "del_external_contact", "UserID": old, "ExternalUserID": customer, "Source": "DELETE_BY_TRANSFER"})
    reason = "customer_refused" if one["refused"] else "customer_limit_exceed"
    return callbacks.event(w, {"ChangeType": "transfer_fail", "FailReason": reason, "UserID": new, "ExternalUserID": customer})


@api("externalcontact/transfer_customer")
def transfer_in_service(w, told, *_):
    return transfer(w, told, False)


@api("externalcontact/resigned/transfer_customer")
def transfer_of_resigned(w, told, *_):
    return transfer(w, told, True)


@api("externalcontact/transfer_result")
@api("externalcontact/resigned/transfer_result")
def transfer_result(w, told, *_):
    rows = [one for one in w.transfers.values() if (one["handover_userid"], one["takeover_userid"]) == (told.get("handover_userid"), told.get("takeover_userid"))]
    rows, cursor = page(rows, {"cursor": told.get("cursor")}, 1000, 1000)
    return {"customer": [{name: one[name] for name in ("external_userid", "status", "takeover_time")} for one in rows], "next_cursor": cursor}


@api("externalcontact/get_unassigned_list")
def unassigned(w, told, *_):
    pairs = [(user, customer) for user, one in w["staff"].items() if one.get("resigned") for customer in customers_of(w, user)]
    rows, cursor = page(pairs, {"cursor": told.get("cursor"), "limit": told.get("page_size", 1000)}, 1000, 1000)
    return {"info": [{"handover_userid": user, "external_userid": customer, "dimission_time": int(w["staff"][user].get("dimission_time", 0))} for user, customer in rows],
            "is_last": not cursor, "next_cursor": cursor}


# Contact ways (96348).

def check_contact_way(w, told):
    if told.get("type") is None:
        raise Refused(41037)
    if told.get("scene") is None:
        raise Refused(41038)
    if told["type"] not in (1, 2):
        raise Refused(41039)
    if told["scene"] not in (1, 2):
        raise Refused(41040)
    users = listed(told, "user", 100)
    if told["type"] == 1 and len(users) != 1 or len(told.get("state", "")) > 30 or len(told.get("remark", "")) > 30:
        raise Refused(40058)
    for user in users:
        if staff_of(w, user).get("inactive"):
            raise Refused(41054)


@api("externalcontact/add_contact_way")
def add_contact_way(w, told, *_):
    check_contact_way(w, told)
    if len(w.contact_ways) >= w["contact_ways"]:
        raise Refused(41045)
    config = w.token(32)
    picture = {"qr_code": f"https://p.qpic.cn/wwhead/{config}/0"} if told["scene"] == 2 else {}
    w.contact_ways[config] = {**{name: value for name, value in told.items() if name != "access_token"}, "config_id": config, "at": w.now(), **picture}
    return {"config_id": config, **picture}


def contact_way(w, told):
    if not told.get("config_id"):
        raise Refused(41043)
    if told["config_id"] not in w.contact_ways:
        raise Refused(41044)
    return w.contact_ways[told["config_id"]]


@api("externalcontact/get_contact_way")
def get_contact_way(w, told, *_):
    return {"contact_way": {name: value for name, value in contact_way(w, told).items() if name != "at"}}


@api("externalcontact/list_contact_way")
def list_contact_way(w, told, *_):
    """Without temporary ones."""
    rows = [one for one in w.contact_ways.values() if not one.get("is_temp") and told.get("start_time", 0) <= one["at"] <= told.get("end_time", 1e18)]
    rows, cursor = page(rows, told, 1000, 100)
    return {"contact_way": [{"config_id": one["config_id"]} for one in rows], "next_cursor": cursor}


@api("externalcontact/update_contact_way")
def update_contact_way(w, told, *_):
    contact_way(w, told).update({name: value for name, value in told.items() if name not in ("access_token", "type", "scene")})


@api("externalcontact/del_contact_way")
def del_contact_way(w, told, *_):
    del w.contact_ways[contact_way(w, told)["config_id"]]


# Groups: the setting `groups` is chat_id -> {"name", "owner", "members": [external_userids]}.

@api("externalcontact/groupchat/list")
def group_list(w, told, *_):
    owners = (told.get("owner_filter") or {}).get("userid_list") or []
    if len(owners) > 100:
        raise Refused(40058)
    rows, cursor = page([chat for chat, one in w["groups"].items() if not owners or one["owner"] in owners], told, 1000, 1000)
    return {"group_chat_list": [{"chat_id": chat, "status": 0} for chat in rows], "next_cursor": cursor}


@api("externalcontact/groupchat/get")
def group_get(w, told, *_):
    one = w["groups"].get(told.get("chat_id"))
    if one is None:
        raise Refused(90501)
    members = [{"userid": one["owner"], "type": 1, "join_time": 0, "join_scene": 1}]
    members += [{"userid": customer, "type": 2, "join_time": 0, "join_scene": 3, "unionid": w["customers"].get(customer, {}).get("unionid", "")} for customer in one.get("members", [])]
    return {"group_chat": {"chat_id": told["chat_id"], "name": one.get("name", ""), "owner": one["owner"], "create_time": 0, "notice": "", "member_list": members, "admin_list": []}}
