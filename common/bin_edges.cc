#include "common/bin_edges.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote {
namespace {

// In [low, high), whatever rounding does.
float Between(float low, float high) {
  const float middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

}  // namespace

uint8_t BinEdges::Bin(const std::vector<float>& edges, float value) {
  // Branch-free: which way a number goes cannot be foretold.
  const float* base = edges.data();
  size_t count = edges.size();
  if (count == 0) return 0;
  while (count > 1) {
    const size_t half = count / 2;
    base += base[half - 1] < value ? half : 0;
    count -= half;
  }
  return static_cast<uint8_t>(base - edges.data() + (*base < value ? 1 : 0));
}

std::string BinEdges::Encode() const {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Put(static_cast<uint32_t>(features.size()));
  for (const std::vector<float>& edges : features) {
    writer.Put(static_cast<uint16_t>(edges.size()));
    writer.PutRaw({reinterpret_cast<const char*>(edges.data()), edges.size() * sizeof(float)});
  }
  return bytes;
}

absl::StatusOr<BinEdges> BinEdges::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  MOTE_ASSIGN_OR_RETURN(const uint32_t count, reader.Get<uint32_t>());
  if (count > kTreeFeaturesMax) return absl::InvalidArgumentError(absl::StrCat("bin edges of ", count, " features"));
  BinEdges all;
  all.features.resize(count);
  for (std::vector<float>& edges : all.features) {
    MOTE_ASSIGN_OR_RETURN(const uint16_t size, reader.Get<uint16_t>());
    if (size >= kBinsMax) return absl::InvalidArgumentError(absl::StrCat(size, " edges make more than 256 bins"));
    MOTE_ASSIGN_OR_RETURN(const std::string_view raw, reader.GetRaw(size * sizeof(float)));
    edges.resize(size);
    if (size > 0) std::memcpy(edges.data(), raw.data(), raw.size());
    for (size_t i = 0; i < edges.size(); ++i) {
      if (std::isfinite(edges[i]) && (i == 0 || edges[i - 1] < edges[i])) continue;
      return absl::InvalidArgumentError("bin edges are not finite and ascending");
    }
  }
  if (reader.remaining() != 0) return absl::InvalidArgumentError("bytes follow the bin edges");
  return all;
}

std::vector<float> FitEdges(const std::vector<CountedValue>& values, int64_t bins) {
  std::vector<float> edges;
  const auto add = [&](size_t i) {
    const float edge = Between(values[i].value, values[i + 1].value);
    if (edges.empty() || edges.back() < edge) edges.push_back(edge);
  };
  if (static_cast<int64_t>(values.size()) <= bins) {
    for (size_t i = 0; i + 1 < values.size(); ++i) add(i);
    return edges;
  }
  int64_t total = 0;
  for (const CountedValue& value : values) total += value.count;
  int64_t below = 0;  // values up to and including i
  int64_t next = 1;   // the quantile that is looked for
  for (size_t i = 0; i + 1 < values.size() && next < bins; ++i) {
    below += values[i].count;
    // The share next/bins, without rounding: below/total ≥ next/bins.
    if (static_cast<double>(below) * static_cast<double>(bins) < static_cast<double>(total) * static_cast<double>(next))
      continue;
    add(i);
    next =
        static_cast<int64_t>(static_cast<double>(below) * static_cast<double>(bins) / static_cast<double>(total)) + 1;
  }
  return edges;
}

}  // namespace mote
