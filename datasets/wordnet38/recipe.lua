-- WordNet 3.0's nouns and verbs as Debian packs them. The licence asks for its notice on all copies,
-- also modified ones, so it goes where anything derived from the files is shown.

return {
  title = "WordNet definitions",
  licence = "WordNet 3.0",
  notice = [[
This software and database is being provided to you, the LICENSEE, by Princeton University under
the following license. By obtaining, using and/or copying this software and database, you agree
that you have read, understood, and will comply with these terms and conditions.:

Permission to use, copy, modify and distribute this software and database and its documentation
for any purpose and without fee or royalty is hereby granted, provided that you agree to comply
with the following copyright notice and statements, including the disclaimer, and that the same
appear on ALL copies of the software, database and documentation, including modifications that you
make for internal use or for distribution.

WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.

THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS
OR WARRANTIES, EXPRESS OR IMPLIED. BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON UNIVERSITY
MAKES NO REPRESENTATIONS OR WARRANTIES OF MERCHANTABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR
THAT THE USE OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT INFRINGE ANY THIRD PARTY
PATENTS, COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS.

The name of Princeton University or Princeton may not be used in advertising or publicity
pertaining to distribution of the software and/or database. Title to copyright in this software,
database and any associated documentation shall at all times remain with Princeton University and
LICENSEE agrees to preserve same.]],
  homepage = "https://wordnet.princeton.edu/",
  citation = "miller1995wordnet",
  split = "definitions that say the same in words are kept once, or not at all when their classes "
    .. "differ; the CRC-32 of part of speech and offset (of the first hypernym with split = "
    .. "\"hypernym\") modulo 10: 0-7 train (75,701), 8 validation (9,527), 9 test (9,651)",
  classes = { "noun.act", "noun.animal", "noun.artifact", "noun.attribute", "noun.body",
              "noun.cognition", "noun.communication", "noun.event", "noun.feeling", "noun.food",
              "noun.group", "noun.location", "noun.object", "noun.person", "noun.phenomenon",
              "noun.plant", "noun.possession", "noun.process", "noun.quantity", "noun.relation",
              "noun.shape", "noun.state", "noun.substance", "noun.time", "verb.body",
              "verb.change", "verb.cognition", "verb.communication", "verb.competition",
              "verb.consumption", "verb.contact", "verb.creation", "verb.emotion", "verb.motion",
              "verb.perception", "verb.possession", "verb.social", "verb.stative" },
  files = {
    { name = "data.noun", size = 15300280,
      sha256 = "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2" },
    { name = "data.verb", size = 2772517,
      sha256 = "adcf43e35b581e8036d8b5a52d63d9cd3d3b4870b2720d3c03c799df44777bc2" },
  },
  package = {
    name = "wordnet-base",
    version = "1:3.0-37",
    deb_sha256 = "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752",
    folder = "/usr/share/wordnet",
  },
  sources = { "user", "installed", "cache", "debian" },
}
