/**
 * The least that a desk's own file must say, for tests of what its topics write.
 *
 * @module
 */

/** A `desk.yaml` without a company: one outcome, one priority, one source. */
export const SMALL_DESK = `form: 1
locale: en-GB
currency: GBP
zone: UTC
hours: { days: mon-fri, from: "09:00", to: "17:00" }
outcomes: { one_round: 1 }
priorities: { medium: 1 }
sources: { email: 1 }
`;
