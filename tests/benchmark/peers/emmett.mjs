// SPDX-License-Identifier: MIT
//
// node emmett.mjs URL: works on orders through Emmett, on the PostgreSQL database of that URL. Reads requests from its
// input, one a line, and answers each with a line; both are JSON.

import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { createInterface } from 'node:readline';

const store = getPostgreSQLEventStore(process.argv[2]);

const firstOf = { short: 1e11, middle: 2e11, long: 3e11 };
const ordersPerClient = 100_000;
const carriers = ['UPS', 'DHL', 'FedEx', 'USPS'];

/** 32 bits that look like chance. */
function hash(number, salt) {
  let bits = Math.imul((number % 2 ** 32) ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13) ^ Math.imul(Math.floor(number / 2 ** 32), 0x27d4eb2f), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const digits = (number, count) => String(number % 10 ** count).padStart(count, '0');

function uuid(number) {
  const hex = [1, 2, 3, 4].map((salt) => hash(number, salt).toString(16).padStart(8, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const streamOf = (order) => `Order-${uuid(order)}`;

function payload(order, version) {
  const bits = hash(order, version);
  switch (version % 10) {
    case 1:
      return {
        type: 'OrderCreated',
        data: { customer_id: `cust-${digits(bits, 6)}`, total_amount: (bits >>> 8) / 100 },
      };
    case 0:
      return {
        type: 'OrderShipped',
        data: { carrier: carriers[bits % 4], tracking_number: `1Z${digits(bits, 16)}` },
      };
    default:
      return {
        type: 'OrderItemAdded',
        data: { price: (bits >>> 16) / 100, product_id: `prod-${digits(bits, 5)}`, quantity: 1 + (bits % 9) },
      };
  }
}

async function append(order, version, count) {
  const events = Array.from({ length: count }, (_, i) => ({
    ...payload(order, version + 1 + i),
    metadata: { correlation_id: uuid(order * 31 + version + i), user: `user-${digits(order + version, 3)}` },
  }));
  const expectedStreamVersion = version === 0 ? STREAM_DOES_NOT_EXIST : BigInt(version);
  await store.appendToStream(streamOf(order), events, { expectedStreamVersion });
}

/** Runs work(0), work(1), ... to work(count - 1), eight at a time. */
async function each(count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      await work(next++);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Stores orders of ten events, of 1,000, and one long one. */
async function storeOrders({ short, middle, long }) {
  await store.schema.migrate();
  await each(short, (i) => append(firstOf.short + i, 0, 10));
  await each(middle, (i) => append(firstOf.middle + i, 0, 1_000));
  for (let version = 0; version < long; version += 1_000) {
    await append(firstOf.long, version, 1_000);
  }
  return {};
}

const commits = new Map();

/** Clients that each append again as soon as the last append is done: first to warm up, then counted. */
async function appendInLoop({ clients, events, seconds }) {
  const begin = performance.now() + 200;
  const end = begin + seconds * 1_000;
  const latencies = [];
  let done = 0;
  const client = async (number) => {
    const shape = (clients * 100 + events) * 100 + number;
    for (let at = performance.now(); at < end; ) {
      const commit = commits.get(shape) ?? 0;
      commits.set(shape, commit + 1);
      const order = shape * 1e7 + (commit % ordersPerClient);
      await append(order, Math.floor(commit / ordersPerClient) * events, events);
      ++done;
      const now = performance.now();
      if (at >= begin && now < end) {
        latencies.push((now - at) * 1_000);
      }
      at = now;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return { per_second: latencies.length / seconds, latencies, done };
}

let turn = 0;

async function loadInLoop({ length, orders, events, seconds }) {
  const begin = performance.now();
  let done = 0;
  do {
    const order = firstOf[length] + (hash(turn, 0) % orders);
    ++turn;
    let quantity = 0;
    const stream = await store.readStream(streamOf(order));
    for (const event of stream.events) {
      quantity += event.type === 'OrderItemAdded' ? event.data.quantity : 0;
    }
    if (stream.events.length !== events || quantity === 0) {
      throw new Error('a read returned other events than were stored');
    }
    done += events;
  } while (performance.now() - begin < seconds * 1_000);
  return { per_second: done / ((performance.now() - begin) / 1_000), latencies: [], done };
}

const answers = { store: storeOrders, append: appendInLoop, load: loadInLoop };
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await answers[request.do](request)));
}
await store.close();
