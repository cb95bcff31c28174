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
import text26 from "./saas/desk.yaml" with { type: "text" };
import text27 from "./saas/topics/api-rate-limit-errors.yaml" with { type: "text" };
import text28 from "./saas/topics/calendar-integration.yaml" with { type: "text" };
import text29 from "./saas/topics/cancel-subscription.yaml" with { type: "text" };
import text30 from "./saas/topics/csv-import-fails.yaml" with { type: "text" };
import text31 from "./saas/topics/data-deletion-request.yaml" with { type: "text" };
import text32 from "./saas/topics/email-notifications-missing.yaml" with { type: "text" };
import text33 from "./saas/topics/export-garbled.yaml" with { type: "text" };
import text34 from "./saas/topics/feature-request.yaml" with { type: "text" };
import text35 from "./saas/topics/invoice-wrong-seats.yaml" with { type: "text" };
import text36 from "./saas/topics/mobile-app-sync.yaml" with { type: "text" };
import text37 from "./saas/topics/outage-report.yaml" with { type: "text" };
import text38 from "./saas/topics/permission-question.yaml" with { type: "text" };
import text39 from "./saas/topics/refund-double-charge.yaml" with { type: "text" };
import text40 from "./saas/topics/slow-dashboard.yaml" with { type: "text" };
import text41 from "./saas/topics/sso-login-fails.yaml" with { type: "text" };
import text42 from "./saas/topics/trial-extension.yaml" with { type: "text" };
import text43 from "./saas/topics/two-factor-lost.yaml" with { type: "text" };
import text44 from "./saas/topics/upgrade-plan-question.yaml" with { type: "text" };
import text45 from "./saas/topics/user-cannot-log-in.yaml" with { type: "text" };
import text46 from "./saas/topics/webhook-not-delivered.yaml" with { type: "text" };
import text47 from "./shop/desk.yaml" with { type: "text" };
import text48 from "./shop/topics/account-erasure.yaml" with { type: "text" };
import text49 from "./shop/topics/boots-too-tight.yaml" with { type: "text" };
import text50 from "./shop/topics/bulk-order-for-a-club.yaml" with { type: "text" };
import text51 from "./shop/topics/cancel-order.yaml" with { type: "text" };
import text52 from "./shop/topics/change-delivery-address.yaml" with { type: "text" };
import text53 from "./shop/topics/click-and-collect.yaml" with { type: "text" };
import text54 from "./shop/topics/discount-missing.yaml" with { type: "text" };
import text55 from "./shop/topics/gift-card-problem.yaml" with { type: "text" };
import text56 from "./shop/topics/invoice-needed.yaml" with { type: "text" };
import text57 from "./shop/topics/jacket-leaks.yaml" with { type: "text" };
import text58 from "./shop/topics/loyalty-points.yaml" with { type: "text" };
import text59 from "./shop/topics/missing-part.yaml" with { type: "text" };
import text60 from "./shop/topics/parcel-damaged.yaml" with { type: "text" };
import text61 from "./shop/topics/repair-service.yaml" with { type: "text" };
import text62 from "./shop/topics/return-refund-status.yaml" with { type: "text" };
import text63 from "./shop/topics/size-advice.yaml" with { type: "text" };
import text64 from "./shop/topics/stock-question.yaml" with { type: "text" };
import text65 from "./shop/topics/tent-pole-broken.yaml" with { type: "text" };
import text66 from "./shop/topics/where-is-my-order.yaml" with { type: "text" };
import text67 from "./shop/topics/wrong-item-sent.yaml" with { type: "text" };

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
  "saas": new Map([
    ["desk.yaml", text26],
    ["topics/api-rate-limit-errors.yaml", text27],
    ["topics/calendar-integration.yaml", text28],
    ["topics/cancel-subscription.yaml", text29],
    ["topics/csv-import-fails.yaml", text30],
    ["topics/data-deletion-request.yaml", text31],
    ["topics/email-notifications-missing.yaml", text32],
    ["topics/export-garbled.yaml", text33],
    ["topics/feature-request.yaml", text34],
    ["topics/invoice-wrong-seats.yaml", text35],
    ["topics/mobile-app-sync.yaml", text36],
    ["topics/outage-report.yaml", text37],
    ["topics/permission-question.yaml", text38],
    ["topics/refund-double-charge.yaml", text39],
    ["topics/slow-dashboard.yaml", text40],
    ["topics/sso-login-fails.yaml", text41],
    ["topics/trial-extension.yaml", text42],
    ["topics/two-factor-lost.yaml", text43],
    ["topics/upgrade-plan-question.yaml", text44],
    ["topics/user-cannot-log-in.yaml", text45],
    ["topics/webhook-not-delivered.yaml", text46],
  ]),
  "shop": new Map([
    ["desk.yaml", text47],
    ["topics/account-erasure.yaml", text48],
    ["topics/boots-too-tight.yaml", text49],
    ["topics/bulk-order-for-a-club.yaml", text50],
    ["topics/cancel-order.yaml", text51],
    ["topics/change-delivery-address.yaml", text52],
    ["topics/click-and-collect.yaml", text53],
    ["topics/discount-missing.yaml", text54],
    ["topics/gift-card-problem.yaml", text55],
    ["topics/invoice-needed.yaml", text56],
    ["topics/jacket-leaks.yaml", text57],
    ["topics/loyalty-points.yaml", text58],
    ["topics/missing-part.yaml", text59],
    ["topics/parcel-damaged.yaml", text60],
    ["topics/repair-service.yaml", text61],
    ["topics/return-refund-status.yaml", text62],
    ["topics/size-advice.yaml", text63],
    ["topics/stock-question.yaml", text64],
    ["topics/tent-pole-broken.yaml", text65],
    ["topics/where-is-my-order.yaml", text66],
    ["topics/wrong-item-sent.yaml", text67],
  ]),
};
