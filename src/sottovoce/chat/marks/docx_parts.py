"""The fixed parts of a Word document, by their names in the zip; what is in {{ }} is filled in."""

from __future__ import annotations

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument"


def _style(name: str, label: str, about: str, *, kind: str = "paragraph", based: str = "Normal") -> str:
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{label}"/>'
        f'<w:basedOn w:val="{based}"/>{about}</w:style>'
    )


def _heading(level: int) -> str:
    about = (
        '<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/>'
        f'<w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:sz w:val="{max(22, 36 - 4 * level)}"/></w:rPr>'
    )
    return _style(f"Heading{level}", f"heading {level}", about)


_MONO = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>'

STYLES = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    + "".join(_heading(level) for level in range(1, 7))
    + _style("Title", "Title", '<w:rPr><w:b/><w:sz w:val="40"/></w:rPr>')
    + _style("Note", "Note", '<w:rPr><w:color w:val="595959"/><w:sz w:val="20"/></w:rPr>')
    + _style("ListParagraph", "List Paragraph", "<w:pPr><w:contextualSpacing/></w:pPr>")
    + _style("Quote", "Quote", "<w:rPr><w:i/></w:rPr>")
    + _style("CodeBlock", "Code Block", f'<w:rPr>{_MONO}<w:sz w:val="20"/></w:rPr>')
    + f'<w:style w:type="character" w:styleId="Code"><w:name w:val="Code"/><w:rPr>{_MONO}</w:rPr></w:style>'
    + '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders></w:tblPr></w:style>"
)

PARTS = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_KIND}.wordprocessingml.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_KIND}.wordprocessingml.styles+xml"/>'
        f'<Override PartName="/docProps/custom.xml" ContentType="{_KIND}.custom-properties+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f'<Override PartName="/customXml/itemProps1.xml" ContentType="{_KIND}.customXmlProperties+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/relationships/custom-properties" '
        'Target="docProps/custom.xml"/></Relationships>'
    ),
    "word/document.xml": (
        f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>{{{{body}}}}'
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
        'w:left="1134" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>'
    ),
    "word/_rels/document.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/relationships/customXml" Target="../customXml/item1.xml"/>'
        "</Relationships>"
    ),
    "word/styles.xml": f'{_XML}<w:styles xmlns:w="{_WORD}">{{{{styles}}}}</w:styles>',
    "customXml/item1.xml": f"{_XML}{{{{marks}}}}",
    "customXml/_rels/item1.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/customXmlProps" Target="itemProps1.xml"/>'
        "</Relationships>"
    ),
    "customXml/itemProps1.xml": (
        f'{_XML}<ds:datastoreItem ds:itemID="{{6F0B7B9E-2C4B-4F57-9F0E-5A1B0C3D7E21}}" '
        f'xmlns:ds="{_OFFICE}/customXml"><ds:schemaRefs>'
        '<ds:schemaRef ds:uri="urn:sottovoce:marks:1"/></ds:schemaRefs></ds:datastoreItem>'
    ),
    "docProps/core.xml": (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{{title}}</dc:title>'
        "<dc:language>{{language}}</dc:language></cp:coreProperties>"
    ),
    "docProps/custom.xml": (
        f'{_XML}<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        "{{custom}}</Properties>"
    ),
}
"""The content types come first: some readers look there alone to tell what kind of zip it is."""
