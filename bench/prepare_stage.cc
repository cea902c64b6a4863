// What `prepare` costs, in one thread without a cluster, next to a bare parse:
//
//   mote-prepare-stage MEBIBYTES ROUNDS [DIRECTORY]
//
// makes a table of loans of so many MiB of CSV (8 columns of numbers, of which some cells
// are missing, 3 of categories, and a label), and prints, in CPU seconds of ROUNDS runs
// each, {"bytes", "rows", "parse": […], "least": […], "index": […], "prepare": […]}:
// CsvScanner alone over all cells; the least that two passes have to do (LeastWork); the pass
// that finds the rows; the passes of `prepare` (median, one-hot, z-score; splits 0.8 and 0.2),
// their reducers and their output included. With DIRECTORY
// it writes the table to DIRECTORY/loans.csv instead, for a run on a cluster.
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/csv.h"
#include "common/json.h"
#include "common/philox.h"
#include "common/prepare/cell.h"
#include "tests/testing/in_process.h"

namespace mote::bench {
namespace {

constexpr const char* kPurposes[] = {"car", "house", "education", "business", "holiday", "repair", "other"};
constexpr const char* kHousing[] = {"own", "rent", "free"};
constexpr const char* kJobs[] = {"skilled", "unskilled", "management", "none"};

void AppendRow(const Philox& random, uint64_t row, std::string* text) {
  const auto pick = [&](uint64_t column) { return random.U64(row * 16 + column); };
  const auto missing = [&](uint64_t column) { return pick(column) % 50 == 0; };
  absl::StrAppend(text, 18 + pick(0) % 60, ",", pick(1) % 4000000 / 100.0, ",");
  if (!missing(2)) absl::StrAppend(text, pick(2) % 100000 / 1000.0);
  absl::StrAppend(text, ",", 6 + pick(3) % 66, ",");
  if (!missing(4)) absl::StrAppend(text, pick(4) % 90000);
  absl::StrAppend(text, ",", random.Uniform(row * 16 + 5), ",", pick(6) % 8, ",", pick(7) % 1000000 / 10000.0, ",");
  absl::StrAppend(text, kPurposes[pick(8) % 7], ",", missing(9) ? "" : kHousing[pick(9) % 3], ",");
  absl::StrAppend(text, kJobs[pick(10) % 4], ",", pick(11) % 3 == 0 ? "bad" : "good", "\n");
}

std::string MakeLoans(size_t bytes) {
  const Philox random(1, 0);
  std::string text = "age,amount,rate,months,income,score,children,share,purpose,housing,job,class\n";
  text.reserve(bytes + 200);
  for (uint64_t row = 0; text.size() < bytes; ++row) AppendRow(random, row, &text);
  return text;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class Work>
double Measure(Work work) {
  const double start = CpuSeconds();
  work();
  return CpuSeconds() - start;
}

int64_t CountCells(const std::string& text) {
  CsvScanner scanner(text, ',');
  std::vector<std::string_view> cells;
  int64_t bytes = 0;
  while (*scanner.Next(&cells)) {
    for (const std::string_view cell : cells) bytes += static_cast<int64_t>(cell.size());
  }
  return bytes;
}

// What no implementation of two passes is spared: every cell is found and every number read,
// for the statistics and again for the rows, which are then written, 24 numbers and two whole
// ones each, to a file that is never flushed. No statistic, text, split, scale, drift or hash.
double LeastWork(const std::string& text) {
  constexpr size_t kNumbers = 8, kFeatures = 24;
  constexpr size_t kRowBytes = 2 * sizeof(int64_t) + kFeatures * sizeof(float);
  std::vector<std::string_view> cells;
  double sum = 0;
  for (const bool writes : {false, true}) {
    std::FILE* const file = writes ? std::tmpfile() : nullptr;
    std::vector<char> rows;
    rows.reserve(kBlobBytesMax);
    CsvScanner scanner(text, ',');
    while (*scanner.Next(&cells)) {
      std::array<float, kFeatures> features{};
      for (size_t i = 0; i < kNumbers; ++i) {
        features[i] = static_cast<float>(ParseNumber(cells[i]).value_or(0));
        sum += features[i];
      }
      if (!writes) continue;
      rows.resize(rows.size() + kRowBytes);
      std::memcpy(rows.data() + rows.size() - sizeof(features), features.data(), sizeof(features));
      if (rows.size() + kRowBytes <= kBlobBytesMax) continue;
      MOTE_CHECK(std::fwrite(rows.data(), 1, rows.size(), file) == rows.size(), "the rows can be written");
      rows.clear();
    }
    if (file != nullptr) std::fclose(file);
  }
  return sum;
}

Json Run(const std::string& text, int rounds) {
  Json result = {{"bytes", text.size()},
                 {"parse", Json::array()},
                 {"least", Json::array()},
                 {"index", Json::array()},
                 {"prepare", Json::array()}};
  for (int round = 0; round < rounds; ++round) {
    int64_t cell_bytes = 0;
    result["parse"].push_back(Measure([&] { cell_bytes = CountCells(text); }));
    MOTE_CHECK(cell_bytes > 0, "the table has cells");
    double sum = 0;
    result["least"].push_back(Measure([&] { sum = LeastWork(text); }));
    MOTE_CHECK(sum > 0, "the table has numbers");
    testing::InProcess cluster({.block_level = 4});
    Output input = *cluster.Index("x\n1\n");
    result["index"].push_back(Measure([&] { input = *cluster.Index(text); }));
    result["rows"] = input.rows;
    const Json parameters = {{"label", "class"}, {"positive", "bad"}, {"split", {{"train", 0.8}, {"test", 0.2}}}};
    result["prepare"].push_back(Measure([&] {
      MOTE_CHECK(cluster.Run("prepare", parameters, {{"input", input}}).ok(), "the table can be prepared");
    }));
  }
  return result;
}

}  // namespace
}  // namespace mote::bench

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: mote-prepare-stage MEBIBYTES ROUNDS [DIRECTORY]\n");
    return 2;
  }
  const std::string text = mote::bench::MakeLoans(static_cast<size_t>(std::atoll(argv[1])) << 20);
  if (argc == 4) {
    std::ofstream(std::string(argv[3]) + "/loans.csv", std::ios::binary) << text;
    std::printf("{\"bytes\": %zu}\n", text.size());
    return 0;
  }
  std::printf("%s\n", mote::bench::Run(text, std::atoi(argv[2])).dump().c_str());
  return 0;
}
