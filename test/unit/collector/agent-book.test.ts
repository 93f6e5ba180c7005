import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentBook, isSilent } from '../../../src/collector/agent-book.ts';
import { agentReport, laneReport, noon, TestClock } from './fixtures.ts';

function bookAt(): { clock: TestClock; book: AgentBook } {
  const clock = new TestClock();
  return { clock, book: new AgentBook(clock) };
}

test('an old report that is handed over at start does not make a dead agent alive', () => {
  const { clock, book } = bookAt();
  for (const age of [3_610_000, 3_600_000]) book.accept(agentReport([laneReport()], { at: noon - age }));
  const [agent] = book.agents();
  assert.equal(agent?.heardAt, noon - 3_600_000);
  assert.ok(agent !== undefined && isSilent(agent, clock.now()));
});

test('an agent whose clock is behind is alive as soon as its reports keep coming', () => {
  const { clock, book } = bookAt();
  const behind = 600_000;
  book.accept(agentReport([], { at: noon - behind }));
  clock.ms += 10_000;
  book.accept(agentReport([], { at: clock.ms - behind }));
  const [agent] = book.agents();
  assert.equal(agent?.heardAt, clock.ms);
  assert.equal(agent?.clockSkewMs, -behind);
});

test('an agent whose clock is ahead is not heard in the future', () => {
  const { book } = bookAt();
  book.accept(agentReport([], { at: noon + 600_000 }));
  assert.equal(book.agents()[0]?.heardAt, noon);
});

test('a report that arrives late does not take back what a newer one said', () => {
  const { book } = bookAt();
  book.accept(agentReport([laneReport({ backlogBytes: 1 })], { at: noon }));
  book.accept(agentReport([laneReport({ backlogBytes: 2 })], { at: noon - 10_000 }));
  assert.equal(book.agents()[0]?.report.lanes[0]?.backlogBytes, 1);
});

test('agents that were not heard for a month are forgotten', () => {
  const { clock, book } = bookAt();
  book.accept(agentReport([]));
  clock.ms += 32 * 86_400_000;
  assert.deepEqual(book.agents(), []);
});
