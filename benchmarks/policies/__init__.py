"""``make bench-policies CORPUS=folder``: which pages are one policy, and what is in force, on real documents.

The table has a row for each measured promise: our figure, that of a plain baseline in the same run, and the
figure to reach. A group of rows is a module of this package; `benchmarks.policies.__main__` lists them in the
order of the table. A group whose module is missing has no rows.

A module of a group has one function::

    def rows(corpus: Corpus) -> Iterator[Row]:
        numbers = corpus.document_numbers()
        parsed = [number for number in numbers if parse_number(number)]
        plain = [number for number in numbers if PATTERN.fullmatch(number)]
        yield Row(
            what="document numbers that are parsed",
            ours=share(len(parsed), len(numbers)),
            baseline=share(len(plain), len(numbers)),
            target="100 %",
            reached=len(parsed) == len(numbers),
            shortfalls=[number for number in numbers if number not in parsed],
        )

- ``rows`` is a generator, so that the table can show the seconds of each row.
- It yields no row where the corpus lacks the folder that the row measures: the readers of `Corpus` are then
  empty.
- Figures of a sample are drawn with a fixed seed.
- ``shortfalls`` names the cases that fall short, one a line; ``--shortfalls`` prints them.
"""
