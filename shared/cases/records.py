"""An instance's records as its administrator reads and writes them."""

from typing import Any

from ..clients.apis import InstanceApi


class Records:
    def __init__(self, api: InstanceApi) -> None:
        self._api = api

    def all(self, table: str, query: str = "", *, limit: int = 1000, fields: str = "") -> list[dict[str, Any]]:
        return self._api.rows(table, query, limit=limit, fields=fields)

    def one(self, table: str, query: str) -> dict[str, Any]:
        """The only record that fits. Raises ApiRefused when there is none, or several."""
        return self._api.row(table, query)

    def set(self, table: str, query: str, /, **values: str) -> None:
        """Change the only record that fits, or make one: a property may not be there yet."""
        self._api.update(table, self.one(table, query)["sys_id"], values)

    def add(self, table: str, /, **values: str) -> str:
        """Make a record; returns its sys_id."""
        return str(self._api.insert(table, values)["sys_id"])

    def remove(self, table: str, query: str) -> None:
        """Delete whatever fits."""
        for each in self.all(table, query, fields="sys_id"):
            self._api.delete(table, each["sys_id"])

    def set_property(self, name: str, value: str) -> None:
        """Set a system property, which may not be there yet."""
        if self.all("sys_properties", f"name={name}", fields="sys_id"):
            self.set("sys_properties", f"name={name}", value=value)
        else:
            self.add("sys_properties", name=name, value=value)

    def property(self, name: str) -> str:
        found = self.all("sys_properties", f"name={name}", fields="value")
        return f"{name} = {found[0]['value']}" if found else f"{name} is not set"

    def field(self, table: str, query: str, *names: str) -> str:
        """Some fields of the only record that fits, in words."""
        row = self.one(table, query)
        return ", ".join(f"{name} = {row[name]}" for name in names)
