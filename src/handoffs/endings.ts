/**
 * How a handoff ends. `qualified`: sales took the lead as its own (a stage of HubSpot, apart from the rep's answer);
 * `accepted`: who got it took it on; `done`: the lead was reached; `returned`: nobody reached it; `disqualified`, `rejected`, `recycled`: a person said so;
 * `taken-over`: somebody outside the team has it; `released`: nobody wants it any more; `expired`: its time was up;
 * `archived`: nothing is done about the lead any more; `missing`: HubSpot has no such contact; `merged`: another contact's handoff of the kind goes on.
 */
export const ENDINGS = [
  'qualified',
  'accepted',
  'done',
  'returned',
  'disqualified',
  'rejected',
  'recycled',
  'taken-over',
  'released',
  'expired',
  'archived',
  'missing',
  'merged',
] as const
export type Ending = (typeof ENDINGS)[number]
