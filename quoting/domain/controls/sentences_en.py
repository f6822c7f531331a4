"""The sentences of the rules in English, and nowhere else. Another language is a table with the same keys and gaps."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # findings
    "row_o4": "a chip of US origin or design leaves or crosses Malaysia (the stricter reading: "
    "a permit for every such movement)",
    "row_o5": "an export from Taiwan to {party}, listed there as {entry}: a permit of the "
    "International Trade Administration is needed",
    "row_5a": "a transfer inside Macau or a D:5 place of an item that ACA carries",
    "row_7": "a data-centre item of 3A090.a goes to or within Macau or a D:5 place",
    "row_5": "an export from the United States to end users in China or Macau, under both "
    "limits, with the certificates",
    "row_8": "a data-centre item of 3A090.a for {party}, headquartered or parented in Macau or"
    " D:5: needed at any place",
    "row_6": "an item that NAC carries, by export or reexport, and {why}: Licence Exception NAC after notice",
    "row_6a": "a transfer inside the country to {party}, headquartered or parented in Macau or "
    "D:5: neither NAC nor ACA reaches it. Review: presumption_of_denial by 742.6, "
    "case_by_case where 744.23 alone asks the licence; the stricter is answered",
    "row_11": "a data-centre item of 3A090.a goes to a D:1 or D:4 place in scope (or to the United Arab Emirates)",
    "aca_open": "{because}: Licence Exception {name}, no notice",
    "row_4a": "a data-centre chip of TPP {tpp} >= {limit} to a place in scope, or to a party "
    "headquartered in Macau or D:5, after the rule of 2023 was made effective at once"
    " for its designer",
    "row_11a_2022": "the place is outside the rule of 2022, which knew no headquarters test",
    "row_15": "the item is {classification}",
    "row_1d": "compute is used as a service; {party} is headquartered or parented in Macau or "
    "D:5. The answer holds only for access: what the tenant takes hold of is a "
    "delivery to it",
    "row_o2": "{party} is owned by listed parties to the share of the rule or more: the "
    "strictest owner's policy, {source}",
    "row_o2_minority": "listed parties own a share of {party}: a red flag to be looked into (rule {state})",
    "row_11a": "the place is outside the rule then in force and no party is headquartered in Macau or D:5",
    "row_13a": "an item that NAC and ACA carry, to a place out of scope (the text would ask .a "
    "for ACA, without notice)",
    "row_13": "the text of AI Diffusion asks a licence for 3A090.a at every place; BIS has said"
    " that it does not enforce it",
    "row_12": "the text of AI Diffusion asks a licence for 3A090.a at every place; compliance is not due yet",
    "row_12a": "delivery falls after the compliance date of AI Diffusion and nothing known on the day lifts it",
    "row_1": "{hit} is under a comprehensive embargo (a licence with policy of denial is an equal reading)",
    "row_1_denied": "{party} is denied export privileges",
    "row_1s": "{hit}: Syria needs a licence for every item, reviewed item by item; an item of "
    "3A090 keeps its presumption of denial, for others approval is presumed where "
    "commercial use that supports the economy is shown",
    "row_1a": "{hit}: every item with an ECCN needs a licence for Russia and Belarus, NAC and ACA are closed",
    "known_use": "a known {use} end use (744.21, 744.22)",
    "row_known_use": "a {use} end use is known, and its destination or a party's home is named by the "
    "rule; only GOV is open",
    "row_known_use_elsewhere": "a {use} end use is known; neither the destination nor a party's home is named by"
    " the rule",
    "row_1g": "an end use in weapons of mass destruction is known; no licence exception is open"
    " (the text reviews case by case and denies what makes a material contribution: "
    "the stricter is answered)",
    "row_o3": "a red flag was raised and is not closed",
    "row_o6": "models are trained for a party headquartered in D:5 or Macau: part 744 asks a "
    "licence where a use in weapons of mass destruction or military intelligence is "
    "known; keep a statement of the end use",
    "row_2": "{party} ({role}) stands on the Entity List as {entry}: licence for {scope}, no licence exception",
    "row_2_tenant": "{party} ({role}), who would use the compute, stands on the Entity List as {entry}",
    "row_o8": "the seller {party} stands on the Entity List as {entry}; buying from it is not "
    "forbidden by the listing, but a red flag",
    "nameless": "{party} has no name: it cannot be screened against the lists",
    "row_3": "the chip meets 3A090 and its designer is headquartered in D:5 or Macau; no "
    "written authorisation is shown. Legally General Prohibition 10 turns on "
    "knowledge: this is the cautious reading of the presumption that BIS published",
    "row_3a": "a chip designed in D:5 or Macau changes hands inside China or Macau: no "
    "presumption was published for the day, and whether it was made in breach of the "
    "foreign direct product rules is not known. Our own reading, disputed: the other "
    "one is a licence with presumption of denial",
    "row_14b": "controlled memory, but neither a place nor a party of Macau or D:5",
    "row_14b_early": "controlled memory for Macau or D:5 before compliance was due",
    "row_14": "controlled memory for {party}, headquartered or parented in Macau or D:5",
    "row_14a": "controlled memory for a site in Macau or D:5 of parties headquartered elsewhere",
    "row_0a": "the chip is named by, or reaches the A100 of, the letters of August 2022 and goes to China or Russia",
    "row_0b": "ECCN 3A090 did not exist on the day and no letter reaches the chip there",
    "row_other_list": "{party} stands on the list {source} as {entry}: what that list forbids is not determined here",
    "row_9_b": "3A090.b for approved recipients in the United Arab Emirates: the text asks no licence",
    "row_9_a": "3A090.a for approved recipients in the United Arab Emirates: the worldwide text "
    "stands and has no sentence for them; relief rests on its non-enforcement",
    "row_4": "the chip meets 3A090 of 2022 and goes to {places}",
    "row_4_friendly": "the chip meets 3A090 of 2022 and goes to {places}; every end user is "
    "headquartered in the US, A:5 or A:6",
    "row_1c": "a delivery or access inside the United States is no export, reexport or transfer abroad",
    "row_1c_headquarters": "a delivery or access inside the United States is no export, reexport or transfer"
    " abroad; {party} is headquartered or parented in Macau or D:5",
    "row_1b": "the machine is for a supercomputer in Macau or a D:5 place; no licence exception is open",
    "row_1b_friendly": "the machine is for a supercomputer in Macau or a D:5 place; no licence exception"
    " is open; every end user is headquartered in the US, A:5 or A:6 and not owned "
    "from Macau or D:5",
    "row_o1": "the chip reaches H20's memory or link bandwidth and goes to Macau, a D:5 place "
    "or a party headquartered there; no review policy was published",
    "row_o1_transfer": "the chip reaches H20's memory or link bandwidth and goes to Macau, a D:5 place "
    "or a party headquartered there; the letters bind the exporter, a transfer inside"
    " the country is beside them (own reading); no review policy was published",
    "name_close": "the name {party} is close to the entry {entry} (score {score}): a person has to look",
    "name_holds": "the name {party} holds the distinctive words of the entry {entry} (score "
    "{score}): a person has to look",
    "name_cleared": "the name {party} is like the entry {entry} (score {score}) and was judged not to"
    " be it by {by} on {on}: {why} (declared, not verified)",
    "one_of_several": "{because} (one reading of what is not known; the others are no stricter)",
    "undecided_one_fact": "{facts} is not known, and the answer turns on it: {answers}",
    "undecided_facts": "{facts} are not known, and the answer turns on it: {answers}",
    "undecided_a_fact": "a fact is not known, and the answer turns on it: {answers}",
    "undecided_one_fact_barred": "{facts} is not known, and the answer turns on it: {answers}; whatever it is, the"
    " deal is barred or its licence is refused",
    "undecided_facts_barred": "{facts} are not known, and the answer turns on it: {answers}; whatever it is, "
    "the deal is barred or its licence is refused",
    "undecided_a_fact_barred": "a fact is not known, and the answer turns on it: {answers}; whatever it is, the "
    "deal is barred or its licence is refused",
    # questions: what is asked, who can answer, what the answer unlocks
    "who_applicant": "the exporter as applicant, with the consignee and an independent US laboratory",
    "unlocks_case_by_case": "case_by_case in place of presumption_of_denial",
    "ask_lawfully_there": "Were the machines lawfully at the data centre before this tenancy, and under "
    "which authorisation?",
    "who_data_centre": "the owner and the operator of the data centre",
    "unlocks_machines": "whether the licence question of the machines is still open",
    "ask_red_flags": "Has every red flag been looked into, closed and documented?",
    "who_compliance": "the seller's and the buyer's compliance officers",
    "unlocks_other_rules": "the answer of the other rules",
    "ask_is_listed": "Is {party} the listed {entry}, or owned by it?",
    "who_party_registration": "{party}, with its registration and ownership",
    "unlocks_name": "the advisory falls away, or the entry binds it",
    "ask_who": "Who is {party}?",
    "unlocks_screening": "the party can be screened",
    "ask_authorisation": "Is there written proof that BIS authorised the design, making and every onward "
    "step of this chip?",
    "unlocks_gp10": "the prohibition falls away and the other rules answer",
    "ask_how_made": "Ask the seller how the chip was made and what authorised it; keep the answer.",
    "who_exporter": "the exporter",
    "unlocks_exception": "an exception in place of the licence",
    "ask_other_list": "Is {party} the {entry} of {source}, and what does that list forbid here?",
    "who_counsel": "counsel, with the list's own entry",
    "unlocks_or_bar": "the answer of the other rules, or a bar",
    "ask_certificates": "Can the applicant certify: {certificates}?",
    "ask_hbm_exception": "Is Licence Exception HBM open (density {density} < {limit}; exporter, designer "
    "as direct buyer, packaging site, no intermediaries)?",
    "ask_marketing": "Is it designed or marketed for data centres? Unknown is read as yes.",
    "who_maker_data_sheet": "the chip's maker, by its data sheet",
    "unlocks_not_marketed": "{outcome} where it is not",
    "ask_end_use": "Ask the end user for a statement of the end use; not stated: {missing}.",
    "unlocks_one_of": "one of: {answers}",
    "ask_tpp": "What is its total processing performance (dense, TOPS x bit length)?",
    "ask_density": "What is its performance density, or its non-planar logic die area?",
    "ask_interconnect": "What is its transfer rate to other chips, both directions, in GB/s?",
    "ask_memory_bandwidth": "What is its total memory bandwidth in GB/s?",
    "ask_hbm_density": "What is its memory bandwidth density in GB/s per mm2?",
    "ask_designer": "Which firm designed it?",
    "ask_designer_home": "Where is the designer, or its parent, headquartered?",
    "ask_origin": "What is its country of origin?",
    "ask_from": "From which country is it dispatched?",
    "ask_to": "To which country does it go?",
    "ask_party_place": "In which country is the party?",
    "ask_party_headquarters": "Where is the party headquartered?",
    "ask_party_parent": "Where is the party's ultimate parent headquartered?",
    "ask_party_owners": "What share of the party do listed parties own, in sum?",
    "ask_of_party": "{party}: {question}",
    "who_maker": "the chip's maker",
    "who_memory_maker": "the memory's maker",
    "who_seller": "the seller",
    "who_buyer": "the buyer",
    "who_party": "the party",
    "who_party_registered": "the party, with its registration",
    "who_party_owned": "the party, with its ownership",
    # conditions, exceptions that are not open, lines, and parts of sentences
    "malaysia_tell_miti": "Malaysia: tell MITI at least {days} days before where a restricted activity is "
    "known or suspected; a permit asks for the origin country's licence and "
    "classification.",
    "why_destination": "the destination is Macau or a D:5 place",
    "certified": "Certified by the applicant: {certificate}.",
    "why_headquarters": "{party} is headquartered or parented in Macau or D:5",
    "review_disputed": "review disputed: {review} by a secondary source ({citation}), the stricter is answered",
    "aca_leaves_out": "it leaves out Macau, D:5 and parties headquartered there, but for transfers "
    "inside them (740.8(a))",
    "nac_notice": "notice at least {days} calendar days before shipping; it works only without objection",
    "nac_refused": "Refused or not open: presumption_of_denial; 744.23(d)(3) has case_by_case where "
    "it alone asks the licence.",
    "nac_no_transfer": "it is for exports and reexports, not for a transfer inside a country (740.8(a))",
    "aca_no_headquarters": "it leaves out parties headquartered in Macau or D:5 outside those places (740.8(a))",
    "text_not_read": "the text before 2024-04-04 was not read",
    "nac_aca_not_carried": "they do not carry 3A090.a designed or marketed for data centres (740.8)",
    "why_scope": "the destination is in scope and the item is one that ACA carries",
    "review_text_2025": "the codified review text is the country cap of 2025, not enforced; approval is "
    "presumed in both",
    "taken_abroad_later": "Taking the machines abroad later is an export and needs its own determination.",
    "check": "Check: {check}.",
    "not_yet_in_force": "not yet in force",
    "policy_of_owner": "that of {name}",
    "policy_unnamed": "presumption of denial because the listed owner is not named",
    "watch_diffusion": "Watch for a rule in place of AI Diffusion: the text still asks a licence, BIS "
    "does not enforce it.",
    "delivery_needs_own": "Delivery on or after the compliance date needs its own determination.",
    "text_holds_open": "The text holds {exceptions} open: their own conditions are not determined here.",
    "country_cap": "Approval is presumed up to {cap} TPP per country, all years together, outside the first tier.",
    "goes_to_place": "destination {place}",
    "sits_in_place": "{party} is in {place}",
    "goes_nowhere_known": "the destination, which is unknown,",
    "sits_nowhere_known": "{party}, whose place is unknown,",
    "no_exception_746": "no licence exception used here overcomes part 746",
    "not_where_746": "not where part 746 asks a licence (740.8(b))",
    "no_exception_supercomputer": "none is open for a supercomputer in Macau or D:5 (744.23(c))",
    "every_one_but_gov": "every one but GOV",
    "no_exception_weapons": "none is open for a known end use in weapons of mass destruction (744.2 to 744.4)",
    "of_party": "{party}: {line}",
    "entry_names_none": "the entry of {party} names none (744.11, 744.16)",
    "no_exception_listed": "No licence exception is open for {party}: its entry asks a licence for {scope}.",
    "tenant_listed": "{party} is listed: it gets access only, and no use that part 744 names.",
    "seller_listed": "Seller {party} is on the Entity List: make sure that the goods reached it "
    "lawfully; payment aside, nothing subject to the EAR (returns, designs, test "
    "units) goes back to it without a licence.",
    "securities_list": "{party} stands on {source} ({citation}): it restricts securities, not exports.",
    "scope_of_entry": "what its entry names",
    "unconfirmed_day": "UNCONFIRMED day",
    "entry_shown": "{entry} ({source}, listed {day}, {citation})",
    "gp10_named": "The chip is among those that the BIS guidance on General Prohibition 10 names.",
    "no_exception_gp10": "no licence exception cures General Prohibition 10",
    "own_reading": "own reading, disputed",
    "keep_approval": "Keep proof that the consignee and every end user are approved on the delivery day.",
    "use_military_intelligence": "military intelligence",
    "use_weapons": "weapons of mass destruction",
    "use_training": "training for a party of D:5 or Macau",
    "not_classified_yet": "not classified: a figure is unknown",
    "not_classified": "not classified",
    "answer_by_rows": "{answer} by row {rows}",
    "every_one": "every one",
    "line_unconfirmed": "{line} UNCONFIRMED: {unconfirmed}.",
    "cleared_by": "by {by} on {on}: {why} (clearance {id}, declared, not verified)",
    "flag_closed": "Red flag {flag} of {party} was closed {who}.",
    "keep_grounds": "That {party} is not {entry} is a judgement of {by}, declared and not verified: keep its grounds.",
    "clearance_stands": "{party} was judged not to be {entry} ({source}) {who}.",
    "clearance_void": "{party} was judged not to be {entry} ({source}) {who}; VOID: the entry has "
    "changed or is gone since, a person has to look again.",
    "no_review": "no review policy published",
    "licence_in_hand": "Licence or permit ({jurisdiction}, {rule}) before anything moves; review: {review}.",
    "keep_records": "Keep the quote, the screenings and the rule version used for {years} years (15 CFR 762.6).",
    "two_days": "On {day} the answer is {outcome}, on {later} it is {then}: the stricter stands.",
    "after_the_facts": "{day} lies after {data_as_of}, the last day on which the facts were seen: check for changes.",
}
