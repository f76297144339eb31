/** Which worker a credential gets. No thread is started here. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ComponentWorker } from "../../dist/component-worker.js";
import { MAX_BUSY_WORKERS, MAX_WORKERS, workerFor } from "../../dist/workers.js";

test("each credential has a worker of its own, further ones share the idle ones, and no call waits while all are busy", (t) => {
  const keys = [];
  const workers = (count) => {
    const more = Array.from({ length: count }, () => ({}));
    keys.push(...more);
    return more.map(workerFor);
  };
  const own = workers(MAX_WORKERS);
  assert.equal(new Set(own).size, MAX_WORKERS);
  assert.deepEqual(keys.map(workerFor), own);
  // The same number of credentials for each.
  assert.deepEqual(new Set(workers(MAX_WORKERS)), new Set(own));
  const busy = own.slice(1);
  const mocked = t.mock.getter(ComponentWorker.prototype, "idle", function () {
    return !busy.includes(this);
  });
  assert.deepEqual(new Set(workers(5)), new Set([own[0]]));
  mocked.mock.mockImplementation(() => false);
  const more = workers(MAX_BUSY_WORKERS - MAX_WORKERS);
  assert.equal(new Set([...own, ...more]).size, MAX_BUSY_WORKERS);
  assert.ok(workers(MAX_BUSY_WORKERS).every((worker) => own.includes(worker) || more.includes(worker)));
});
