"""The endpoints of `/api/v1` that change variants and their vendors."""

from __future__ import annotations

from inventory_planner_emulator import catalog
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError
from inventory_planner_emulator.fields import VENDOR_FIELDS, WRITABLE_VARIANT_FIELDS, VariantFields, VendorFields
from inventory_planner_emulator.request_body import parse_record, wants_jobs
from inventory_planner_emulator.responses import HttpResponse, json_response, success


def update_variant(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH variants/{id}."""
    variant_id = request.path["variant_id"]
    catalog.get_variant(account, variant_id)
    fields = parse_record(request, "variant", VariantFields)
    edits = {name: value for name, value in fields.items() if name in WRITABLE_VARIANT_FIELDS}
    account.edit_variant(variant_id, **edits)
    if wants_jobs(request):
        account.run_background_jobs()
    variant = catalog.get_variant(account, variant_id).show(account.quirks)
    return json_response({"variant": variant, **success(f"Updated variant {variant_id}")})


def save_variant_vendor(account: Account, request: EndpointRequest) -> HttpResponse:
    """PUT variants/{id}/vendors/{vendor}."""
    variant_id, vendor = request.path["variant_id"], request.path["vendor"].lower()
    catalog.get_variant(account, variant_id)
    fields = parse_record(request, "vendor", VendorFields)
    before = {row["n"]: row for row in catalog.list_variant_vendors(account, variant_id)}
    data = {name: value for name, value in fields.items() if name in VENDOR_FIELDS}
    saved = {**before.get(vendor, {}), **data, "t": "vendor", "s": "user", "n": vendor}
    account.put_variant_vendor(variant_id, vendor, saved)
    if wants_jobs(request):
        account.run_background_jobs()
    return json_response({"vendor": saved, **success(f"Vendor data vendor {vendor} updated")})


def delete_variant_vendor(account: Account, request: EndpointRequest) -> HttpResponse:
    """DELETE variants/{id}/vendors/{vendor}."""
    variant_id, vendor = request.path["variant_id"], request.path["vendor"].lower()
    if vendor not in {row["n"] for row in catalog.list_variant_vendors(account, variant_id)}:
        raise NotFoundError("vendor", vendor)
    account.put_variant_vendor(variant_id, vendor, None)
    return json_response(success(f"Vendor data vendor {vendor} deleted"))
