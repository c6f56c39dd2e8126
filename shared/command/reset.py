"""``ticketlab reset``: both apps back to their seed."""

from ..clients.target import Target


def reset(target: Target) -> str:
    """Reset both; returns the seed's name. Raises what a Lab raises, after which the instance may be reset already."""
    target.tenant_lab.health()  # so that nothing is reset when only half of the pair is there
    target.instance_lab.post("reset")
    return str(target.tenant_lab.post("reset").get("seed", ""))
