"""What a change's state brings with it: its tasks come and go (platform 5.3, D)."""

from ..draft import Draft

TABLE = "change_task"
TASKS = (("Implement", "implementation"), ("Post implementation testing", "testing"))
CANCELED = "4"


def create_change_tasks(draft: Draft) -> str:
    """Implement brings two tasks."""
    tasks = draft.work.record(TABLE)
    for name, kind in TASKS:
        tasks.insert(
            {
                "change_request": draft.sys_id,
                "parent": draft.sys_id,
                "short_description": name,
                "change_task_type": kind,
                "state": "1",
                "assignment_group": draft.raw("assignment_group"),
                "cmdb_ci": draft.raw("cmdb_ci"),
                "created_from": "workflow",
            }
        )
    return ""


def cancel_open_tasks(draft: Draft) -> str:
    """Review and Canceled leave no task open."""
    tasks = draft.work.record(TABLE)
    for task in tasks.query(f"change_request={draft.sys_id}^active=true", fields=["sys_id"]).rows:
        tasks.update(task.sys_id, {"state": CANCELED})
    return ""
