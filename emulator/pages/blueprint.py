"""The blueprint of the pages that every instance has."""

from flask import Blueprint

from .frame import framed

pages = Blueprint("pages", __name__)
framed(pages)
