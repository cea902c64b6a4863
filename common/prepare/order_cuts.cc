#include "common/prepare/order_cuts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/prepare/invalid.h"

namespace mote {
namespace {

Json EncodeKey(const OrderKey& key) { return {key.value, key.row}; }
OrderKey DecodeKey(const Json& json) { return {json.at(0).get<double>(), json.at(1).get<int64_t>()}; }

// How many of `count` keys the first `part` of `parts` entries stand for.
int64_t ShareOf(int64_t count, int64_t part, int64_t parts) {
  return static_cast<int64_t>(static_cast<__int128>(count) * part / parts);
}

}  // namespace

Json EncodeCuts(const std::vector<OrderCut>& cuts) {
  Json json = Json::array();
  for (const OrderCut& cut : cuts) {
    json.push_back(
        {{"rank", cut.rank}, {"low", EncodeKey(cut.low)}, {"high", EncodeKey(cut.high)}, {"found", cut.found}});
  }
  return json;
}

absl::StatusOr<std::vector<OrderCut>> DecodeCuts(const Json& json) {
  try {
    std::vector<OrderCut> cuts;
    for (const Json& cut : json) {
      cuts.push_back({cut.at("rank").get<int64_t>(), DecodeKey(cut.at("low")), DecodeKey(cut.at("high")),
                      cut.at("found").get<bool>()});
    }
    return cuts;
  } catch (const Json::exception& error) {
    return Invalid(
        absl::StrCat("not the cuts of a split: ", error.what(), "; run the same version of mote everywhere"));
  }
}

std::vector<OrderEntry> SketchKeys(const std::vector<OrderKey>& keys, const OrderCut& cut, int64_t entries_max) {
  const auto begin = std::upper_bound(keys.begin(), keys.end(), cut.low);
  const auto end = std::upper_bound(begin, keys.end(), cut.high);
  const int64_t count = end - begin;
  const int64_t parts = std::min(count, entries_max);
  std::vector<OrderEntry> entries = {{cut.low, begin - keys.begin(), 0}};
  for (int64_t part = 1; part <= parts; ++part) {
    const int64_t last = ShareOf(count, part, parts);
    const int64_t weight = last - ShareOf(count, part - 1, parts);
    entries.back().next = weight;
    entries.push_back({begin[last - 1], weight, 0});
  }
  return entries;
}

absl::Status Narrow(std::vector<OrderEntry> entries, OrderCut* cut) {
  std::sort(entries.begin(), entries.end(), [](const OrderEntry& a, const OrderEntry& b) { return a.key < b.key; });
  const OrderKey first = cut->low;
  int64_t known = 0;   // keys up to the entry at least
  int64_t hidden = 0;  // and so many more at most, which later entries stand for
  for (size_t i = 0; i < entries.size(); ++i) {
    const OrderEntry& entry = entries[i];
    known += entry.weight;
    if (entry.key > first) hidden -= entry.weight - 1;
    if (entry.next > 0) hidden += entry.next - 1;
    if (i + 1 < entries.size() && entries[i + 1].key == entry.key) continue;
    if (known + hidden < cut->rank) {
      cut->low = entry.key;
    } else if (known >= cut->rank) {
      cut->high = entry.key;
      cut->found = known == cut->rank && hidden == 0;
      return absl::OkStatus();
    }
  }
  return Invalid(absl::StrCat("split.order: there are ", known, " rows where ", cut->rank,
                              " were counted; the input is another one by now"));
}

int SplitAt(const std::vector<OrderKey>& cuts, const OrderKey& key) {
  const auto cut = std::lower_bound(cuts.begin(), cuts.end(), key);
  return cut == cuts.end() ? -1 : static_cast<int>(cut - cuts.begin());
}

}  // namespace mote
