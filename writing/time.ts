/**
 * What `desk.yaml` says about time.
 *
 * @module
 */
import { BusinessHours } from "../lib/business_hours.ts";
import type { WaitShapes } from "../workflow/plan.ts";
import type { DeskFile } from "./form.ts";

/** Returns when the desk's agents work. */
export function businessHoursOf({ hours, zone }: DeskFile): BusinessHours {
  const to = hours.to === "23:59" ? "24:00" : hours.to;
  return BusinessHours.parse(`${hours.days} ${hours.from}-${to}`, zone);
}

/** Returns the waits that the desk has of its own. */
export function waitShapesOf({ waits = {} }: DeskFile): WaitShapes {
  const { first_reply, reply, answer, reminder, third_party, close } = waits;
  return {
    ...(first_reply && { firstReply: first_reply }),
    ...(reply && { reply, handOver: reply }),
    ...(answer && { answer }),
    ...(reminder && { reminder, giveUp: reminder }),
    ...(third_party && { thirdParty: third_party }),
    ...(close && { close }),
  };
}
