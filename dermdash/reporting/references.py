"""Where the methods that a report names come from."""

from collections.abc import Iterable

METHOD = "Breugnot et al. 2023, Skin Res Technol 29:1-8, doi 10.1111/srt.13221"
REFERENCES = {
    "ancova": "Vickers & Altman 2001, BMJ 323:1123",
    "anova": "Fisher 1925, Statistical Methods for Research Workers",
    "brown_forsythe": "Brown & Forsythe 1974, J Am Stat Assoc 69:364",
    "brunner_munzel": "Brunner & Munzel 2000, Biom J 42:17",
    "clopper_pearson": "Clopper & Pearson 1934, Biometrika 26:404",
    "clusters": "Maris & Oostenveld 2007, J Neurosci Methods 164:177",
    "dunn_holm": "Dunn 1964, Technometrics 6:241; Holm 1979, Scand J Stat 6:65",
    "dunnett": "Dunnett 1955, J Am Stat Assoc 50:1096",
    "false_discovery": "Benjamini & Hochberg 1995, J R Stat Soc B 57:289",
    "friedman": "Friedman 1937, J Am Stat Assoc 32:675",
    "games_howell": "Games & Howell 1976, J Educ Stat 1:113",
    "greenhouse_geisser": "Greenhouse & Geisser 1959, Psychometrika 24:95",
    "hedges_g": "Hedges 1981, J Educ Stat 6:107",
    "holm": "Holm 1979, Scand J Stat 6:65",
    "icc": "Shrout & Fleiss 1979, Psychol Bull 86:420",
    "imputation": "Carpenter & Kenward 2013, Multiple Imputation and its Application",
    "kruskal_wallis": "Kruskal & Wallis 1952, J Am Stat Assoc 47:583",
    "levene": "Levene 1960, in Contributions to Probability and Statistics, 278",
    "mann_whitney": "Mann & Whitney 1947, Ann Math Stat 18:50",
    "maximum": "Nichols & Holmes 2002, Hum Brain Mapp 15:1",
    "mixed_anova": "Greenhouse & Geisser 1959, Psychometrika 24:95",
    "mmrm": (
        "Mallinckrodt et al. 2008, Drug Inf J 42:303; Kenward & Roger 1997, Biometrics 53:983"
    ),
    "newcombe": "Newcombe 1998, Stat Med 17:873",
    "outliers": "Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers",
    "paired_t_test": "Student 1908, Biometrika 6:1",
    "rm_anova": "Greenhouse & Geisser 1959, Psychometrika 24:95",
    "shapiro_wilk": "Shapiro & Wilk 1965, Biometrika 52:591",
    "t_test": "Student 1908, Biometrika 6:1",
    "tukey_hsd": "Tukey 1949, Biometrics 5:99; Kramer 1956, Biometrics 12:307",
    "welch_anova": "Welch 1951, Biometrika 38:330",
    "welch_t_test": "Welch 1947, Biometrika 34:28",
    "wilcoxon_signed_rank": "Wilcoxon 1945, Biometrics Bull 1:80",
}


def references_for(methods: Iterable[str]) -> tuple[str, ...]:
    """The sources of these methods, each once, in alphabetical order; the paper's method first.

    >>> references_for(["t_test", "holm"])[1:]
    ('Holm 1979, Scand J Stat 6:65', 'Student 1908, Biometrika 6:1')
    """
    named = [REFERENCES[method] for method in methods if method in REFERENCES]
    single = {part for one in named for part in one.split("; ")}
    return (METHOD, *sorted(single))
