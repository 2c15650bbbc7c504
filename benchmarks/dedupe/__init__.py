"""How well reprints of a policy are recognised in invented articles and real laws, beside other methods."""
