"""All doors of `admin/v1`."""

from fastapi import APIRouter

from vneid_idp.admin import clients, deliveries, domains, families, keys, policy, resource_servers

router = APIRouter()
for _part in (clients, domains, families, resource_servers, keys, deliveries, policy):
    router.include_router(_part.router)
