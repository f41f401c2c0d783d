"""Small dictionaries in the formats of other engines, written for the tests of the importers."""

from __future__ import annotations

DATAELE = """<data_elements>
  <data_ele ele_num="98" name="Entity | code" data_type="ID" min_len="2" max_len="3"/>
  <data_ele ele_num="93" name="Name" data_type="AN" min_len="1" max_len="60"/>
  <data_ele ele_num="156" name="State" data_type="ID" min_len="2" max_len="2"/>
  <data_ele ele_num="143" name="Set" data_type="ID" min_len="3" max_len="3"/>
  <data_ele ele_num="329" name="Control" data_type="AN" min_len="4" max_len="9"/>
  <data_ele ele_num="96" name="Count" data_type="N0" min_len="1" max_len="10"/>
</data_elements>"""
CODES = """<codesets><codeset><id>states</id><version><code>NY</code><code>TX</code></version></codeset></codesets>"""
MAPS = """<maps><version icvn="00501"><map vriic="005010X999" fic="ZZ" abbr="999">one.xml</map></version></maps>"""
MAP = """<transaction xid="123"><name>A guide</name><loop xid="ST_LOOP" usage="R" pos="010" repeat="&gt;1">
  <segment xid="ST" usage="R" pos="010" max_use="1" name="Begin">
    <element xid="ST01" data_ele="143" usage="R" seq="01"><valid_codes><code>123</code></valid_codes></element>
    <element xid="ST02" data_ele="329" usage="R" seq="02"/></segment>
  <loop xid="HEADER" type="wrapper" usage="R" pos="020" repeat="1">
    <loop xid="1000A" usage="R" pos="020" repeat="1">{n1_a}</loop>
    <loop xid="1000B" usage="S" pos="020" repeat="2">{n1_b}</loop>
    <loop xid="1000C" usage="N" pos="030" repeat="1">{n1_b}</loop>
  </loop>
  <segment xid="SE" usage="R" pos="090" max_use="1" name="End">
    <element xid="SE01" data_ele="96" usage="R" seq="01"/><element xid="SE02" data_ele="329" usage="R" seq="02"/>
  </segment></loop></transaction>"""
N1 = """<segment xid="N1" usage="R" pos="010" max_use="1" name="Party {code}"><syntax>R0203</syntax>
  <element xid="N101" data_ele="98" usage="R" seq="01"><valid_codes><code>{code}</code></valid_codes></element>
  <element xid="N102" data_ele="93" usage="S" seq="02"><regex>[A-Z]+</regex></element>
  <element xid="N103" data_ele="156" usage="S" seq="03"><valid_codes external="states"/></element>
  <element xid="N104" data_ele="93" usage="N" seq="04"/></segment>"""

STAEDI = """<schema xmlns="http://xlate.io/EDISchema/v4"><transaction><sequence>
  <segment type="BEG" minOccurs="1"/>
  <loop code="L0001" maxOccurs="200"><sequence><segment type="N1"/><segment type="N3" maxOccurs="2"/></sequence></loop>
  </sequence></transaction>{guide}
  <elementType name="DE0353" base="identifier" minLength="2" maxLength="2">
    <enumeration><value>00</value><value>05</value></enumeration></elementType>
  <elementType name="E324" base="string" maxLength="22"/>
  <elementType name="DE0373" base="date" minLength="8" maxLength="8"/>
  <elementType name="E0098" base="identifier" minLength="2" maxLength="3"/>
  <elementType name="N102" base="string" maxLength="60"/><elementType name="DE0782" base="decimal" maxLength="18"/>
  <elementType name="DE0610" base="numeric" scale="2" maxLength="15"/>
  <compositeType name="C001"><sequence><element type="DE0782" minOccurs="1"/>
    <element type="DE0610"/></sequence></compositeType>
  <segmentType name="BEG"><sequence><element type="DE0353" minOccurs="1"/><element type="E324" minOccurs="1"/>
    <element type="DE0373"/><composite type="C001" maxOccurs="3"/></sequence>
    <syntax type="conditional"><position>4</position><position>3</position></syntax></segmentType>
  <segmentType name="N1"><sequence><element type="E0098" minOccurs="1"/><element type="N102"/></sequence></segmentType>
  <segmentType name="N3"><sequence><element type="N102" minOccurs="1"/></sequence></segmentType></schema>"""
STAEDI_GUIDE = """<implementation><sequence><segment type="BEG"/>
  <loop code="BY" type="L0001" discriminator="1" minOccurs="1" maxOccurs="1"><sequence>
    <segment type="N1"><sequence><element position="1"><enumeration><value>BY</value></enumeration></element>
      </sequence></segment></sequence></loop>
  <loop code="ST" type="L0001" discriminator="1"><sequence>
    <segment type="N1"><sequence><element position="1"><enumeration><value>ST</value></enumeration></element>
      <element position="2" minOccurs="1"/></sequence></segment><segment type="N3"/></sequence></loop>
  </sequence></implementation>"""

BIZTALK = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="http://schemas.microsoft.com/BizTalk/2003">
  <xs:element name="X12_00401_850"><xs:complexType><xs:sequence>
    <xs:element name="BEG"><xs:annotation><xs:appinfo>
      <b:recordInfo X12ConditionDesignator1="C0302"/></xs:appinfo></xs:annotation>
      <xs:complexType><xs:sequence>
        <xs:element name="BEG01" type="X12_ID_353"/><xs:element name="BEG02" minOccurs="0"><xs:simpleType>
          <xs:restriction base="X12_AN"><xs:minLength value="1"/><xs:maxLength value="22"/>
          </xs:restriction></xs:simpleType></xs:element>
        <xs:element name="BEG03" minOccurs="0" type="X12_DT"/>
        <xs:element name="C001" minOccurs="0"><xs:complexType><xs:sequence><xs:element name="C00101" type="X12_R"/>
          </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
    <xs:element name="N1Loop1" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element ref="N1"/><xs:element name="N3_2" type="N3" minOccurs="0" maxOccurs="2"/>
    </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="N1"><xs:complexType><xs:sequence>
    <xs:element name="N101" type="X12_ID_98"/></xs:sequence></xs:complexType></xs:element>
  <xs:complexType name="N3"><xs:sequence><xs:element name="N301" type="X12_AN"/></xs:sequence></xs:complexType>
  <xs:simpleType name="X12_ID_353"><xs:restriction base="xs:string">
    <xs:enumeration value="00"/><xs:enumeration value="05"/>
    </xs:restriction></xs:simpleType></xs:schema>"""

BOTS = """from bots.botsconfig import *
from .records004010 import recorddefs
syntax = {'functionalgroup': 'PO', 'add_crlfafterrecord_sep': some_call()}
structure = [{ID: 'ST', MIN: 1, MAX: 1, QUERIES: {'x': run()}, LEVEL: [
    {ID: 'BEG', MIN: 1, MAX: 1}, {ID: 'N1', MIN: 0, MAX: 99999, LEVEL: [{ID: 'N3', MIN: 0, MAX: 2}]},
    {ID: 'SE', MIN: 1, MAX: 1}]}]
"""
BOTS_RECORDS = """recorddefs = {
  'ST': [['BOTSID', 'M', 3, 'AN'], ['ST01', 'M', 3, 'AN'], ['ST02', 'M', (4, 9), 'AN']],
  'SE': [['BOTSID', 'M', 3, 'AN'], ['SE01', 'M', 10, 'N0'], ['SE02', 'M', (4, 9), 'AN']],
  'BEG': [['BOTSID', 'M', 3, 'AN'], ['BEG01', 'M', (2, 2), 'AN'], ['BEG02', 'C', 22, 'AN'],
          ['BEG03', 'C', (8, 8), 'DT'],
          ['C001', ('C', 3), [['C001.01', 'M', 18, 'R'], ['C001.02', 'C', 15.2, 'N2']]]],
  'N1': [['BOTSID', 'M', 3, 'AN'], ['N101', 'M', (2, 3), 'AN']],
  'N3': [['BOTSID', 'M', 3, 'AN'], ['N301', 'M', 55, 'AN']],
}
"""
