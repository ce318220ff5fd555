"""What a claim's file is asked for in the European Union, what is held here, and what is not.

Sources: Commission Regulation (EU) No 655/2013, annex (the common criteria), under Article 20 of
Regulation (EC) No 1223/2009; Cosmetics Europe, Guidelines for cosmetic product claim
substantiation, 22 May 2019. In our own words; the texts themselves count.
"""

from dermdash.reporting.blocks import Column, Table

COLUMNS = (
    Column("Asked for"),
    Column("In short"),
    Column("Held here"),
    Column("Not known here"),
)

CRITERIA = (
    (
        "Legal compliance",
        "Nothing suggests that an authority approved the product, or sells as a benefit what the "
        "law demands of all.",
        "The sentences name no authority and no law.",
        "Whether the product is a cosmetic product; the wording on pack and in advertising.",
    ),
    (
        "Truthfulness",
        "Nothing false or beside the point; ingredients that are named are there; opinions do not "
        "pass for findings.",
        "Each number comes from the stored scans, by the locked plan, and can be computed again.",
        "The formula and its ingredients; whether arms got what their names say.",
    ),
    (
        "Evidential support",
        "Adequate evidence that can be verified; studies that fit product and benefit, sound in "
        "method, repeatable and ethical.",
        "Design, arms and visits; the plan with its lock; blinding; who was scanned, excluded and "
        "missing; reading protocol and model card; repeatability; tests and their alternatives.",
        "Recruitment and selection of the panel; consent and ethics; how and how often the product "
        "was used; the expert's judgement and signature; whether the product sold is the one "
        "tested.",
    ),
    (
        "Honesty",
        "No more is said than the evidence carries; conditions of the result are told.",
        "Each sentence has its interval, its subjects and what disagrees with it; what was not "
        "supported is listed with its reason.",
        "Pictures and headlines made of it; other products used with it.",
    ),
    (
        "Fairness",
        "Objective, and running down neither competitors nor lawful ingredients.",
        "The comparison is named as it was made, with the control's own number beside it.",
        "What the control was, and whether a competitor can be recognised.",
    ),
    (
        "Informed decision-making",
        "Clear to those whom it addresses, so that they can choose.",
        "What was measured, on which scale, and which change counted, in plain words.",
        "What consumers understand and notice; whether the benefit named is what this score "
        "measures.",
    ),
)

GUIDELINES = (
    (
        "Consumer message",
        "The evidence fits what a consumer may expect of the message.",
        "What was measured, on whom and when.",
        "The message itself; studies of what consumers perceive.",
    ),
    (
        "Test protocol",
        "Written before the study, with what a protocol should hold.",
        "Analysis plan and reading protocol in versions, with author and time; the design.",
        "Objective in words; product and reference product by code and batch; inclusion and "
        "exclusion criteria; procedure and setting.",
    ),
    (
        "Test report",
        "What was done and found, so that others can judge it.",
        "Reports in several formats with methods, results, deviations, versions and digests.",
        "Names, qualifications and signatures of those responsible; discussion and conclusion by "
        "an expert.",
    ),
    (
        "Statistics",
        "An annex gives guidance on statistics.",
        "Subjects as the unit; one primary question, the others in a planned order; intervals; "
        "sensitivity to tests, depths, exclusions and missing scores.",
        "Why that number of subjects was chosen, unless Planning was used and kept.",
    ),
)


def criteria_table() -> Table:
    """The six common criteria."""
    return Table(
        "Common criteria of Regulation (EU) No 655/2013",
        COLUMNS,
        CRITERIA,
        "In our own words, and no legal advice: the regulation itself counts.",
    )


def guidelines_table() -> Table:
    """What Cosmetics Europe adds."""
    return Table(
        "Cosmetics Europe, Guidelines for cosmetic product claim substantiation (2019)",
        COLUMNS,
        GUIDELINES,
        "In our own words: the guidelines themselves count.",
    )
