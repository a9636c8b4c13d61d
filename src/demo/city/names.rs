//! Names of streets: each is given once, the ones the city is known for first.

use std::collections::HashSet;

use crate::demo::dice::Dice;

const STEMS: &str = "Abbot Acorn Alder Almond Amber Anchor Anvil Apple Arbor Archer Ash Aspen Aster Auburn Badger Baker Barley Barn Basin \
    Bay Beacon Beech Bell Berry Birch Bishop Blossom Bracken Bramble Brewer Briar Bridge Bright Brook Broom Buckle Burrow Butcher \
    Butter Calder Candle Canvas Carver Castle Cedar Chalk Chandler Chantry Cherry Chestnut Church Cinder Clay Clifton Clover Cobble Collier \
    Colt Comfrey Cooper Copper Coral Cordwain Corn Cotter Cotton Court Cowslip Crane Cress Croft Crown Curlew Currant Cutler Cypress Daisy Dale \
    Damson Dean Deer Dial Dove Drover Dyer Eagle Eastfield Elder Ember Falcon Farrier Fennel Fern Ferry Field Finch Fisher Flax Fletcher Flint \
    Ford Forge Fountain Foxglove Friar Fuller Furrow Gale Gannet Garland Gate Gilder Glade Glover Goldcrest Goose Gorse Granary Grange \
    Granite Green Grove Hammer Harrow Hart Harvest Haven Hawthorn Hazel Heath Heather Hedge Heron High Holly Honey Hope Hornbeam Horseshoe Hunter \
    Iris Iron Ivy Jasmine Jay Kestrel Keystone Kiln King Kite Lace Lamb Lantern Larch Lark Laurel Lavender Lilac Lime Linnet Loom Lupin \
    Magpie Mallow Malt Maple Marble Market Marsh Martin Mason Maypole Meadow Mercer Merlin Milestone Miller Minster Mint Moor Moss \
    Mulberry Myrtle Needle New Nightingale Nutmeg Oak Oat Old Olive Orchard Osier Otter Oxen Paddock Palmer Park Parson Pear Pebble \
    Peel Pewter Pheasant Pilgrim Pine Plane Plover Plum Poplar Poppy Potter Primrose Prior Quarry Queen Quince Rampart Raven Reed Ridge \
    Robin Rook Rope Rose Rowan Rush Saddler Saffron Sage Salt Sandy Saw School Sedge Shepherd Shuttle Silver Slate Smith Snowdrop Sorrel \
    Sparrow Spinner Spring Spruce Stable Starling Station Stone Strand Sundial Swallow Swan Swift Sycamore Tanner Tansy Teal Temple Thatch \
    Thistle Thorn Thrush Thyme Timber Tinker Tollgate Tower Trellis Turner Vale Vine Violet Wagon Walnut Warren Water Weaver Well \
    Wheat Wheel White Wicker Willow Windmill Winter Wood Wren Yarrow Yew";
const ENDINGS: [&str; 12] = ["Street", "Road", "Lane", "Avenue", "Close", "Way", "Row", "Drive", "Walk", "Terrace", "Court", "Place"];
// how often each ending is met
const OFTEN: [f64; 12] = [24.0, 20.0, 12.0, 10.0, 8.0, 6.0, 4.0, 6.0, 3.0, 4.0, 3.0, 3.0];

/// The streets that pictures and stories of Alderford speak of, by the code of their district.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "old-town",
        &[
            "Linden Avenue",
            "Nettle Street",
            "Marlow Road",
            "Elm Street",
            "Garnet Lane",
            "Ivory Street",
            "Juniper Street",
            "Cedar Road",
            "Dockett Avenue",
            "Ferris Street",
            "Hollis Road",
            "Chapel Lane",
        ],
    ),
    ("harbor", &["Quay Road", "Lock Lane", "Ropewalk", "Customs Row"]),
    ("eastbank", &["Exchange Street", "Brickfield Road"]),
    ("creekside", &["Mallow Bank", "Ford Lane"]),
    ("southbank", &["Bankside", "Ferryman Street"]),
    ("larkfield", &["Skylark Rise", "Woodside Avenue"]),
    ("weir-hill", &["Hill Crest", "Weirside"]),
    ("lakeshore", &["Boathouse Lane", "Lakeview Drive"]),
    ("mill-end", &["Millrace Road", "Grist Street"]),
];

/// Gives out names, none twice.
pub(super) struct Names {
    dice: Dice,
    stems: Vec<&'static str>,
    given: HashSet<String>,
    known: Vec<(&'static str, Vec<&'static str>)>,
}

impl Names {
    pub(super) fn new(seed: u64, taken: &[&str]) -> Names {
        Names {
            dice: Dice::named(seed, "street names"),
            stems: STEMS.split_whitespace().collect(),
            given: taken.iter().map(|name| (*name).to_owned()).collect(),
            known: KNOWN.iter().map(|(district, names)| (*district, names.iter().rev().copied().collect())).collect(),
        }
    }

    /// A name for a street of some length (metres) in a district: the known ones go to long streets.
    pub(super) fn give(&mut self, district: &str, length_m: f64) -> String {
        let known = self.known.iter_mut().find(|(code, _)| *code == district && length_m > 350.0);
        if let Some(name) = known.and_then(|(_, names)| names.pop()) {
            self.given.insert(name.to_owned());
            return name.to_owned();
        }
        loop {
            let name = format!("{} {}", self.dice.pick(&self.stems), ENDINGS[self.dice.weighted(&OFTEN)]);
            let reserved = KNOWN.iter().any(|(_, names)| names.contains(&name.as_str()));
            if !reserved && self.given.insert(name.clone()) {
                return name;
            }
        }
    }
}
