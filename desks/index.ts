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
import text26 from "./it/desk.yaml" with { type: "text" };
import text27 from "./it/topics/badge-access.yaml" with { type: "text" };
import text28 from "./it/topics/email-quota-full.yaml" with { type: "text" };
import text29 from "./it/topics/erp-permission.yaml" with { type: "text" };
import text30 from "./it/topics/expense-tool-error.yaml" with { type: "text" };
import text31 from "./it/topics/file-restored-from-backup.yaml" with { type: "text" };
import text32 from "./it/topics/laptop-slow.yaml" with { type: "text" };
import text33 from "./it/topics/leaver-account.yaml" with { type: "text" };
import text34 from "./it/topics/meeting-room-screen.yaml" with { type: "text" };
import text35 from "./it/topics/mfa-new-phone.yaml" with { type: "text" };
import text36 from "./it/topics/monitor-request.yaml" with { type: "text" };
import text37 from "./it/topics/new-starter-equipment.yaml" with { type: "text" };
import text38 from "./it/topics/password-expired.yaml" with { type: "text" };
import text39 from "./it/topics/phishing-reported.yaml" with { type: "text" };
import text40 from "./it/topics/phone-replacement.yaml" with { type: "text" };
import text41 from "./it/topics/printer-jam-or-queue.yaml" with { type: "text" };
import text42 from "./it/topics/shared-mailbox-access.yaml" with { type: "text" };
import text43 from "./it/topics/software-install-request.yaml" with { type: "text" };
import text44 from "./it/topics/teams-call-quality.yaml" with { type: "text" };
import text45 from "./it/topics/vpn-drops.yaml" with { type: "text" };
import text46 from "./it/topics/wifi-in-warehouse.yaml" with { type: "text" };
import text47 from "./saas/desk.yaml" with { type: "text" };
import text48 from "./saas/topics/api-rate-limit-errors.yaml" with { type: "text" };
import text49 from "./saas/topics/calendar-integration.yaml" with { type: "text" };
import text50 from "./saas/topics/cancel-subscription.yaml" with { type: "text" };
import text51 from "./saas/topics/csv-import-fails.yaml" with { type: "text" };
import text52 from "./saas/topics/data-deletion-request.yaml" with { type: "text" };
import text53 from "./saas/topics/email-notifications-missing.yaml" with { type: "text" };
import text54 from "./saas/topics/export-garbled.yaml" with { type: "text" };
import text55 from "./saas/topics/feature-request.yaml" with { type: "text" };
import text56 from "./saas/topics/invoice-wrong-seats.yaml" with { type: "text" };
import text57 from "./saas/topics/mobile-app-sync.yaml" with { type: "text" };
import text58 from "./saas/topics/outage-report.yaml" with { type: "text" };
import text59 from "./saas/topics/permission-question.yaml" with { type: "text" };
import text60 from "./saas/topics/refund-double-charge.yaml" with { type: "text" };
import text61 from "./saas/topics/slow-dashboard.yaml" with { type: "text" };
import text62 from "./saas/topics/sso-login-fails.yaml" with { type: "text" };
import text63 from "./saas/topics/trial-extension.yaml" with { type: "text" };
import text64 from "./saas/topics/two-factor-lost.yaml" with { type: "text" };
import text65 from "./saas/topics/upgrade-plan-question.yaml" with { type: "text" };
import text66 from "./saas/topics/user-cannot-log-in.yaml" with { type: "text" };
import text67 from "./saas/topics/webhook-not-delivered.yaml" with { type: "text" };
import text68 from "./shop/desk.yaml" with { type: "text" };
import text69 from "./shop/topics/account-erasure.yaml" with { type: "text" };
import text70 from "./shop/topics/boots-too-tight.yaml" with { type: "text" };
import text71 from "./shop/topics/bulk-order-for-a-club.yaml" with { type: "text" };
import text72 from "./shop/topics/cancel-order.yaml" with { type: "text" };
import text73 from "./shop/topics/change-delivery-address.yaml" with { type: "text" };
import text74 from "./shop/topics/click-and-collect.yaml" with { type: "text" };
import text75 from "./shop/topics/discount-missing.yaml" with { type: "text" };
import text76 from "./shop/topics/gift-card-problem.yaml" with { type: "text" };
import text77 from "./shop/topics/invoice-needed.yaml" with { type: "text" };
import text78 from "./shop/topics/jacket-leaks.yaml" with { type: "text" };
import text79 from "./shop/topics/loyalty-points.yaml" with { type: "text" };
import text80 from "./shop/topics/missing-part.yaml" with { type: "text" };
import text81 from "./shop/topics/parcel-damaged.yaml" with { type: "text" };
import text82 from "./shop/topics/repair-service.yaml" with { type: "text" };
import text83 from "./shop/topics/return-refund-status.yaml" with { type: "text" };
import text84 from "./shop/topics/size-advice.yaml" with { type: "text" };
import text85 from "./shop/topics/stock-question.yaml" with { type: "text" };
import text86 from "./shop/topics/tent-pole-broken.yaml" with { type: "text" };
import text87 from "./shop/topics/where-is-my-order.yaml" with { type: "text" };
import text88 from "./shop/topics/wrong-item-sent.yaml" with { type: "text" };

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
  "it": new Map([
    ["desk.yaml", text26],
    ["topics/badge-access.yaml", text27],
    ["topics/email-quota-full.yaml", text28],
    ["topics/erp-permission.yaml", text29],
    ["topics/expense-tool-error.yaml", text30],
    ["topics/file-restored-from-backup.yaml", text31],
    ["topics/laptop-slow.yaml", text32],
    ["topics/leaver-account.yaml", text33],
    ["topics/meeting-room-screen.yaml", text34],
    ["topics/mfa-new-phone.yaml", text35],
    ["topics/monitor-request.yaml", text36],
    ["topics/new-starter-equipment.yaml", text37],
    ["topics/password-expired.yaml", text38],
    ["topics/phishing-reported.yaml", text39],
    ["topics/phone-replacement.yaml", text40],
    ["topics/printer-jam-or-queue.yaml", text41],
    ["topics/shared-mailbox-access.yaml", text42],
    ["topics/software-install-request.yaml", text43],
    ["topics/teams-call-quality.yaml", text44],
    ["topics/vpn-drops.yaml", text45],
    ["topics/wifi-in-warehouse.yaml", text46],
  ]),
  "saas": new Map([
    ["desk.yaml", text47],
    ["topics/api-rate-limit-errors.yaml", text48],
    ["topics/calendar-integration.yaml", text49],
    ["topics/cancel-subscription.yaml", text50],
    ["topics/csv-import-fails.yaml", text51],
    ["topics/data-deletion-request.yaml", text52],
    ["topics/email-notifications-missing.yaml", text53],
    ["topics/export-garbled.yaml", text54],
    ["topics/feature-request.yaml", text55],
    ["topics/invoice-wrong-seats.yaml", text56],
    ["topics/mobile-app-sync.yaml", text57],
    ["topics/outage-report.yaml", text58],
    ["topics/permission-question.yaml", text59],
    ["topics/refund-double-charge.yaml", text60],
    ["topics/slow-dashboard.yaml", text61],
    ["topics/sso-login-fails.yaml", text62],
    ["topics/trial-extension.yaml", text63],
    ["topics/two-factor-lost.yaml", text64],
    ["topics/upgrade-plan-question.yaml", text65],
    ["topics/user-cannot-log-in.yaml", text66],
    ["topics/webhook-not-delivered.yaml", text67],
  ]),
  "shop": new Map([
    ["desk.yaml", text68],
    ["topics/account-erasure.yaml", text69],
    ["topics/boots-too-tight.yaml", text70],
    ["topics/bulk-order-for-a-club.yaml", text71],
    ["topics/cancel-order.yaml", text72],
    ["topics/change-delivery-address.yaml", text73],
    ["topics/click-and-collect.yaml", text74],
    ["topics/discount-missing.yaml", text75],
    ["topics/gift-card-problem.yaml", text76],
    ["topics/invoice-needed.yaml", text77],
    ["topics/jacket-leaks.yaml", text78],
    ["topics/loyalty-points.yaml", text79],
    ["topics/missing-part.yaml", text80],
    ["topics/parcel-damaged.yaml", text81],
    ["topics/repair-service.yaml", text82],
    ["topics/return-refund-status.yaml", text83],
    ["topics/size-advice.yaml", text84],
    ["topics/stock-question.yaml", text85],
    ["topics/tent-pole-broken.yaml", text86],
    ["topics/where-is-my-order.yaml", text87],
    ["topics/wrong-item-sent.yaml", text88],
  ]),
};
