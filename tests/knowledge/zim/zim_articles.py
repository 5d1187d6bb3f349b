"""Some forty short articles of a small encyclopaedia, and a Chinese one; made as wikis make their pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from libzim.writer import Creator, Hint, Item, StringProvider

LEADS = {
    "Photosynthesis": (
        "Photosynthesis is the process by which green plants turn light, water and carbon dioxide into "
        "sugar and oxygen."
    ),
    "Chlorophyll": "Chlorophyll is the green pigment of leaves. It absorbs red and blue light.",
    "Marie Curie": (
        "Marie Curie was a physicist and chemist born in Warsaw who studied radioactivity. She received "
        "the Nobel Prize in 1903 and in 1911."
    ),
    "Pierre Curie": "Pierre Curie was a French physicist who worked on crystals and magnetism.",
    "Radium": "Radium is a radioactive metal that glows faintly in the dark.",
    "Volcano": ("A volcano is a rupture in the crust of a planet through which lava, ash and gases escape."),
    "Mount Vesuvius": (
        "Mount Vesuvius is a volcano near Naples. Its eruption in the year 79 buried Pompeii."
    ),
    "Pompeii": "Pompeii was a Roman town near Naples that was buried under ash and pumice.",
    "Tide": "Tides are the rise and fall of sea levels caused by the gravity of the Moon and the Sun.",
    "Moon": "The Moon is the only natural satellite of the Earth.",
    "Blood pressure": "Blood pressure is the pressure of blood against the walls of arteries.",
    "Insulin": "Insulin is a hormone made by the pancreas that lowers blood sugar.",
    "Diabetes": "Diabetes is a disease in which blood sugar stays too high over a long time.",
    "Penicillin": "Penicillin is an antibiotic discovered by Alexander Fleming in 1928 in a mould.",
    "Alexander Fleming": "Alexander Fleming was a Scottish physician and bacteriologist.",
    "Steam engine": "A steam engine does work by means of hot steam that pushes a piston.",
    "James Watt": (
        "James Watt was a Scottish inventor whose separate condenser made steam engines save coal."
    ),
    "Telescope": "A telescope gathers light by lenses or mirrors to show distant objects.",
    "Galileo Galilei": "Galileo Galilei saw four moons of Jupiter through his telescope in 1610.",
    "Jupiter": "Jupiter is the largest planet of the Solar System, with a great red spot.",
    "Honey bee": "Honey bees live in colonies with one queen and dance to tell where flowers are.",
    "Pollination": "Pollination carries pollen from one flower to another, by wind or by insects.",
    "Great Wall of China": (
        "The Great Wall of China is a row of fortifications along the old northern borders."
    ),
    "Silk Road": "The Silk Road was a network of trade routes between Asia and Europe.",
    "Paper": "Paper is a thin sheet pressed from fibres. It was first made in China.",
    "Johannes Gutenberg": "Johannes Gutenberg introduced movable type to Europe about 1440.",
    "Bicycle": "A bicycle is a vehicle with two wheels that is driven by pedals.",
    "Violin": "The violin is an instrument with four strings that are bowed.",
    "Chess": "Chess is a game for two players on a board of 64 squares.",
    "Rust": "Rust is an oxide of iron that forms where iron meets water and air.",
    "Concrete": "Concrete is a building material of cement, sand, gravel and water.",
    "Salt": "Salt is a mineral of sodium and chlorine that preserves food.",
    "Glacier": "A glacier is a body of dense ice that moves slowly under its own weight.",
    "Desert": "A desert is a region where little rain falls.",
    "Camel": "Camels store fat in their humps and can go without drinking for days.",
    "Penguin": "Penguins are birds that cannot fly. Most live south of the equator.",
    "Whale": "Whales are mammals of the sea. The blue whale is the largest animal known.",
    "Vaccine": "A vaccine prepares the immune system against a disease without causing it.",
    "Rainbow": "A rainbow appears when sunlight is refracted and reflected in drops of water.",
    "Lightning": (
        "Lightning is a discharge of electricity between clouds, or between a cloud and the ground."
    ),
}

SECTIONS = {
    "Photosynthesis": (
        "<h2>Light reactions</h2><p>In the light reactions, water is split in the thylakoid membranes and"
        " oxygen is set free.<sup class='reference'>[1]</sup></p><h3>Where it happens</h3><p>Chloroplasts"
        " hold the membranes.</p><h2>Calvin cycle</h2><p>The Calvin cycle fixes carbon dioxide with the "
        "enzyme RuBisCO.</p><h2>References</h2><ol class='references'><li>A book nobody cites.</li></ol>"
    ),
    "Mount Vesuvius": (
        "<h2>Eruptions</h2><table><caption>Known "
        "eruptions</caption><tr><th>Year</th><th>Deaths</th></tr><tr><td>79</td><td>about "
        "2,000</td></tr><tr><td>1944</td><td>26</td></tr></table>"
    ),
}

CHINESE = {
    "光合作用": "光合作用是绿色植物利用光能把二氧化碳和水转化为糖并释放氧气的过程。",
    "叶绿素": "叶绿素是植物叶片中的绿色色素。",
    "长城": "长城是中国古代的军事防御工程，修建于北方边境。",
    "糖尿病": "糖尿病是一种血糖长期过高的疾病。",
    "造纸术": "造纸术是中国古代四大发明之一，蔡伦改进了它。",
    "火山": "火山是地壳的裂口，岩浆、火山灰和气体从中喷出。",
    "潮汐": "潮汐是月球和太阳的引力使海平面升降的现象。",
    "维生素": "维生素是人体需要少量摄入的有机化合物。",
}

PAGE = (
    "<!DOCTYPE html><html><head><title>{title}</title><style>p {{ color: red }}</style></head><body>"
    "<nav>Home | Random article</nav><h1>{title}</h1><p>{lead}</p>{rest}"
    "<div class='navbox'>Portal of everything</div><script>document.write('evil')</script></body></html>"
)


def page(title: str, lead: str, rest: str = "") -> str:
    return PAGE.format(title=title, lead=lead, rest=rest)


class Page(Item):  # type: ignore[misc]  (libzim tells no types)
    def __init__(self, path: str, title: str, html: str, kind: str = "text/html") -> None:
        super().__init__()
        self.path, self.title, self.html, self.kind = path, title, html, kind

    def get_path(self) -> str:
        return self.path

    def get_title(self) -> str:
        return self.title

    def get_mimetype(self) -> str:
        return self.kind

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(self.html)

    def get_hints(self) -> dict[Hint, bool]:
        return {Hint.FRONT_ARTICLE: True, Hint.COMPRESS: True}


def write(path: Path, pages: Mapping[str, str], language: str = "eng", *, indexed: bool = True) -> Path:
    """Write a ZIM file with libzim's own writer: pages by title, under paths with underscores."""
    # Small clusters: damage in one must leave the others.
    with Creator(path).config_indexing(indexed, language).config_clustersize(1024) as creator:
        first = next(iter(pages))
        creator.set_mainpath(first.replace(" ", "_"))
        for title, html in pages.items():
            creator.add_item(Page(title.replace(" ", "_"), title, html))
        creator.add_item(Page("logo.svg", "", "<svg/>", "image/svg+xml"))
        creator.add_redirection(
            "Plant_food", "Plant food", first.replace(" ", "_"), {Hint.FRONT_ARTICLE: True}
        )
        facts = {
            "Title": "A small encyclopaedia",
            "Language": language,
            "Date": "2026-01-15",
            "License": "CC BY-SA 4.0",
            "Creator": "Test",
            "Publisher": "Test",
            "Name": "small",
            "Description": "Forty articles",
        }
        for name, value in facts.items():
            creator.add_metadata(name, value)
    return path


def english() -> dict[str, str]:
    return {title: page(title, lead, SECTIONS.get(title, "")) for title, lead in LEADS.items()}


def chinese() -> dict[str, str]:
    return {title: page(title, lead) for title, lead in CHINESE.items()}
