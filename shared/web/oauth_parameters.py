"""A request's parameters as Authlib reads them: not Flask's own, for each server says where it takes them from."""

from collections import defaultdict

from authlib.oauth2.rfc6749 import OAuth2Payload
from werkzeug.datastructures import MultiDict


class OAuthParameters(OAuth2Payload):
    def __init__(self, data: MultiDict[str, str]) -> None:
        self._data = data

    @property
    def data(self) -> MultiDict[str, str]:
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, self._data.lists())
