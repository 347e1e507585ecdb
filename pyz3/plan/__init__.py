"""The plan: a project and its targets → orders and recipes.  Pure."""

from pyz3.linking import Unit
from pyz3.plan.make import make_notes, make_orders, make_plan, notes_on_tests
from pyz3.plan.order import AnyOrder, Order, serve_from
from pyz3.plan.public import public_plan
from pyz3.plan.recipe import Base, Described, LeftOut, Module, Planned, Pure, Recipe, Trouble

__all__ = (
    "AnyOrder",
    "Base",
    "Described",
    "LeftOut",
    "Module",
    "Order",
    "Planned",
    "Pure",
    "Recipe",
    "Trouble",
    "Unit",
    "make_notes",
    "make_orders",
    "make_plan",
    "notes_on_tests",
    "public_plan",
    "serve_from",
)
