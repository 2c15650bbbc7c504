"""Measurements of the source tree that ``make check`` prints and enforces. Only tests import this
package, and it is not part of a release."""
