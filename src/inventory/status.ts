/**
 * What is said of a client, in order of precedence: a client in a set has the first of these over its sightings in
 * that set. Only `unknown`, `acknowledged` and `known` stand in the way of switching a server off.
 */
export const statuses = ['unknown', 'acknowledged', 'known', 'proxied', 'probe'] as const;

export type Status = (typeof statuses)[number];

/** The status of a client whose sightings have these statuses; `probe` of none. */
export function firstStatus(left: Status, right: Status): Status {
  return statuses.indexOf(left) <= statuses.indexOf(right) ? left : right;
}
