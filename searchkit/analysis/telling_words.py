"""Which words show the language of a text? Those that are common in it and in none beside."""

from __future__ import annotations

__all__ = ["TELLING_WORDS"]

# By code, of the languages that most news is in; words of grammar of up to 8 bytes of UTF-8.
# Left out are those that a neighbour has too, such as Catalan and Galician of Spanish and
# Portuguese, Afrikaans of Dutch, Luxembourgish of German.
TELLING_WORDS = {
    "en": """
        the and of to that with from this have has had which their they been were would who when
        what said his her she will there about after other could than its
    """,
    "de": """
        und das dem nicht ist für sich auch eine einer einem einen eines wird auf dass mit von zu
        zum zur nach wurde wurden werden sind oder aber wie bei hat haben über durch noch vor sein
        seine keine mehr ein
    """,
    "fr": """
        et est dans pour qui sur avec une pas aux cette sont ont leur leurs ses été était où nous
        vous cela après comme même être deux ces elle ils plus fait
    """,
    "es": """
        el los las y más pero también fue sus según hasta están años cuando donde lo muy había
        hace
    """,
    "it": """
        di che è della delle dei degli non sono gli alla alle più anche nel nella dal dalla questo
        questa stato stata perché tra dopo essere loro suo
    """,
    "pt": """
        não em um uma são pela pelo pelos pelas também já ao à às é com foram até isso ele ela você
        dois duas mesmo anos seus suas
    """,
    "nl": """
        het een zijn niet voor bij naar heeft werd wordt deze zich worden door ook nog hebben hij
        haar zij waren geen
    """,
    "sv": """
        och att är för ett från inte till hon vid också när hade än
    """,
}
