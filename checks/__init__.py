"""Measurements of the source tree that ``make check`` prints and enforces. Nothing but the tests imports this
package, and no release carries it."""
