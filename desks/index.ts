// Made by `deno task desk-index`.
// deno-fmt-ignore-file
/**
 * The built-in desks, as text.
 *
 * @module
 */
import text1 from "./classic/desk.yaml" with { type: "text" };
import text2 from "./classic/topics/accessibility-screen-reader.yaml" with { type: "text" };
import text3 from "./classic/topics/account-merge.yaml" with { type: "text" };
import text4 from "./classic/topics/address-change.yaml" with { type: "text" };
import text5 from "./classic/topics/api-pagination.yaml" with { type: "text" };
import text6 from "./classic/topics/app-crash-photo.yaml" with { type: "text" };
import text7 from "./classic/topics/calendar-sync.yaml" with { type: "text" };
import text8 from "./classic/topics/delivery-late.yaml" with { type: "text" };
import text9 from "./classic/topics/double-charge.yaml" with { type: "text" };
import text10 from "./classic/topics/export-umlauts.yaml" with { type: "text" };
import text11 from "./classic/topics/gdpr-erasure.yaml" with { type: "text" };
import text12 from "./classic/topics/invoice-vat.yaml" with { type: "text" };
import text13 from "./classic/topics/login-reset-email.yaml" with { type: "text" };
import text14 from "./classic/topics/outage-checkout.yaml" with { type: "text" };
import text15 from "./classic/topics/parcel-damaged.yaml" with { type: "text" };
import text16 from "./classic/topics/plan-cancellation.yaml" with { type: "text" };
import text17 from "./classic/topics/rental-asset.yaml" with { type: "text" };
import text18 from "./classic/topics/return-wrong-size.yaml" with { type: "text" };
import text19 from "./classic/topics/scheduled-reports.yaml" with { type: "text" };
import text20 from "./classic/topics/seat-licenses.yaml" with { type: "text" };
import text21 from "./classic/topics/sso-certificate.yaml" with { type: "text" };
import text22 from "./classic/topics/trade-in-value.yaml" with { type: "text" };
import text23 from "./classic/topics/training-new-team.yaml" with { type: "text" };
import text24 from "./classic/topics/warranty-grinder.yaml" with { type: "text" };
import text25 from "./classic/topics/webhook-duplicates.yaml" with { type: "text" };
import text26 from "./shop/desk.yaml" with { type: "text" };
import text27 from "./shop/topics/boots-too-tight.yaml" with { type: "text" };
import text28 from "./shop/topics/discount-missing.yaml" with { type: "text" };

/** The files of the built-in desks: by the desk's name, then by their path in its folder. */
export const DESKS: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  "classic": new Map([
    ["desk.yaml", text1],
    ["topics/accessibility-screen-reader.yaml", text2],
    ["topics/account-merge.yaml", text3],
    ["topics/address-change.yaml", text4],
    ["topics/api-pagination.yaml", text5],
    ["topics/app-crash-photo.yaml", text6],
    ["topics/calendar-sync.yaml", text7],
    ["topics/delivery-late.yaml", text8],
    ["topics/double-charge.yaml", text9],
    ["topics/export-umlauts.yaml", text10],
    ["topics/gdpr-erasure.yaml", text11],
    ["topics/invoice-vat.yaml", text12],
    ["topics/login-reset-email.yaml", text13],
    ["topics/outage-checkout.yaml", text14],
    ["topics/parcel-damaged.yaml", text15],
    ["topics/plan-cancellation.yaml", text16],
    ["topics/rental-asset.yaml", text17],
    ["topics/return-wrong-size.yaml", text18],
    ["topics/scheduled-reports.yaml", text19],
    ["topics/seat-licenses.yaml", text20],
    ["topics/sso-certificate.yaml", text21],
    ["topics/trade-in-value.yaml", text22],
    ["topics/training-new-team.yaml", text23],
    ["topics/warranty-grinder.yaml", text24],
    ["topics/webhook-duplicates.yaml", text25],
  ]),
  "shop": new Map([
    ["desk.yaml", text26],
    ["topics/boots-too-tight.yaml", text27],
    ["topics/discount-missing.yaml", text28],
  ]),
};
