// The journey bench's five steps on BullMQ: node journey_peer.mjs PORT CUSTOMERS REDIS_PID [CONCURRENCY]
// One job per customer that moves itself into the future for its wait; prints one line of JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/');
const { Queue, Worker, DelayedError } = require('bullmq');
const IORedis = require('ioredis');

const [port, customers, redisPid, concurrency = 200] = process.argv.slice(2).map(Number);
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const redis = new IORedis(connection);

// Processor time of this process and of the server.
const cpuSeconds = () => {
  const own = process.cpuUsage();
  const text = readFileSync(`/proc/${redisPid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (own.user + own.system) / 1e6 + (Number(fields[11]) + Number(fields[12])) / 100;
};
const usedMemory = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]);
const options = { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } };
const addAll = async (queue, make) => {
  for (let at = 0; at < customers; at += 2000) {
    const jobs = [];
    for (let i = at; i < Math.min(customers, at + 2000); ++i) jobs.push({ name: 'journey', ...make(i) });
    await queue.addBulk(jobs);
  }
};
const spend = (i) => (i * 7919) % 1000;
const waitMs = (i) => (i * 104729) % 2001;

const sent = new Map();
let doubled = 0, done = 0, finish;
const allDone = new Promise((resolve) => { finish = resolve; });
const late = [];
const send = (customer, second, branch) => {
  const key = customer * 2 + (second ? 1 : 0);
  if (sent.has(key)) ++doubled;
  sent.set(key, branch);
};

const queue = new Queue('journeys', options);
const cpuBegin = cpuSeconds(), begin = performance.now();
const worker = new Worker('journeys', async (job, token) => {
  const { id, step, branch, due } = job.data;
  if (step === 0) {
    const chosen = spend(id) > 500 ? 'gold' : 'plain';
    send(id, false, chosen);
    const until = Date.now() + waitMs(id);
    await job.updateData({ id, step: 1, branch: chosen, due: until });
    await job.moveToDelayed(until, token);
    throw new DelayedError();
  }
  late.push(Math.max(0, Date.now() - due));
  send(id, true, branch);
  if (++done === customers) finish();
}, { connection, concurrency });
await addAll(queue, (i) => ({ data: { id: i, step: 0 } }));
await allDone;
const seconds = (performance.now() - begin) / 1000, cpu = cpuSeconds() - cpuBegin;
await worker.close();

const before = await usedMemory();
await addAll(queue, (i) => ({ data: { id: i, step: 1, branch: 'gold', due: 0 }, opts: { delay: 3600e3 + waitMs(i) } }));
const waitingBytes = ((await usedMemory()) - before) / customers;

late.sort((a, b) => a - b);
console.log(JSON.stringify({ seconds, cpu_seconds: cpu, journeys: done, sends: sent.size, doubled, waiting_bytes: waitingBytes,
  late_p50_ms: late[Math.floor(late.length / 2)], late_p99_ms: late[Math.floor(late.length * 0.99)] }));
process.exit(0);
