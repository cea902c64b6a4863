#include "tests/tidy/rules.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/tidy/source_text.h"

namespace mote::tidy {
namespace {

using Paths = std::vector<std::string>;

constexpr int kColumnsMax = 120;
constexpr int kLinesMax = 600;

// What a folder may include of ours, besides itself: only what lies before it.
// The longest prefix of a file's path decides. `except` lies below an allowed
// folder and is not allowed all the same.
struct Layer {
  std::string folder;
  Paths may;
  Paths except;
};

const std::vector<Layer>& Layers() {
  static const auto* const layers = new std::vector<Layer>{
      {"common/", {}, {"common/files/", "common/reducers/"}},
      {"common/reducers/", {"common/"}, {"common/files/"}},
      {"common/files/", {"common/"}, {"common/reducers/"}},
      {"proto/convert/", {"common/", "mote/v1/pass.pb.h"}, {"common/files/", "common/reducers/"}},
      {"coordinator/core/", {"common/"}, {"common/files/", "common/reducers/"}},
      {"coordinator/plan/", {"common/", "coordinator/core/"}, {"common/files/"}},
      {"coordinator/schedule/", {"common/", "coordinator/core/"}, {"common/files/", "common/reducers/"}},
      {"coordinator/convert/", {"common/", "proto/convert/", "coordinator/core/", "mote/"}, {}},
      {"coordinator/journal/", {"common/", "coordinator/core/", "coordinator/convert/", "mote/"}, {}},
      {"coordinator/artifacts/", {"common/", "coordinator/core/"}, {}},
      {"coordinator/ledger/", {"common/", "coordinator/core/", "coordinator/convert/", "mote/"}, {}},
      {"coordinator/runtime/",
       {"common/", "coordinator/core/", "coordinator/plan/", "coordinator/schedule/", "coordinator/journal/",
        "coordinator/artifacts/", "coordinator/ledger/"},
       {}},
      {"coordinator/rpc/", {"common/", "proto/convert/", "coordinator/", "mote/"}, {"coordinator/main"}},
      {"coordinator/", {"common/", "coordinator/", "mote/"}, {}},
      {"worker/session/", {"common/"}, {"common/files/", "common/reducers/"}},
      {"worker/wire/", {"common/", "mote/engine/"}, {}},
      {"worker/engine/", {"common/", "proto/convert/", "worker/wire/", "mote/engine/", "mote/v1/pass.pb.h"}, {}},
      {"worker/supervisor/", {"common/", "proto/convert/", "worker/session/", "worker/wire/", "mote/"}, {}},
      {"client/", {"common/", "mote/"}, {}},
  };
  return *layers;
}

// Headers that stop somewhere.
struct Border {
  std::string rule;
  Paths headers;  // a part of the included path
  Paths folders;  // where they may be included
  std::string remedy;
};

const std::vector<Border>& Borders() {
  static const auto* const borders = new std::vector<Border>{
      {"grpc",
       {"grpcpp/", "grpc/", ".grpc.pb.h"},
       {"coordinator/rpc/", "coordinator/main.cc", "worker/supervisor/", "client/", "tests/", "bench/"},
       "gRPC stops at coordinator/rpc, worker/supervisor and client"},
      {"torch",
       {"torch/", "ATen/", "c10/"},
       {"worker/engine/torch_kernels/", "tests/torch/", "examples/", "bench/"},
       "libtorch stops at worker/engine/torch_kernels"},
      {"proto",
       {".pb.h", "google/protobuf/"},
       {"proto/convert/", "coordinator/convert/", "coordinator/rpc/", "coordinator/journal/", "coordinator/ledger/",
        "coordinator/main.cc", "worker/supervisor/", "worker/wire/", "worker/engine/", "client/", "tests/", "bench/"},
       "convert to a type of common/ or coordinator/core/ at the shell's convert file"},
      {"proto",
       {".pb.h", "google/protobuf/"},
       {"!worker/engine/kernels/", "!worker/engine/torch_kernels/"},
       "kernels take PassSpec and TaskContext; the engine's shell converts"},
  };
  return *borders;
}

struct Word {
  std::string word;  // begins and ends at the border of an identifier where it has a letter there
  std::string instead;
};

const std::vector<Word>& ImpureWords() {
  static const auto* const words = new std::vector<Word>{
      {"std::thread", "a shell owns threads"},
      {"std::jthread", "a shell owns threads"},
      {"std::async", "a shell owns threads"},
      {"std::mutex", "pure code runs on one thread at a time"},
      {"std::condition_variable", "a shell waits"},
      {"absl::Mutex", "pure code runs on one thread at a time"},
      {"absl::Now", "take the time as an argument"},
      {"absl::SleepFor", "return when to be called again"},
      {"system_clock", "take the time as an argument"},
      {"steady_clock", "take the time as an argument"},
      {"high_resolution_clock", "take the time as an argument"},
      {"gettimeofday", "take the time as an argument"},
      {"clock_gettime", "take the time as an argument"},
      {"rand", "use common/philox.h"},
      {"srand", "use common/philox.h"},
      {"random_device", "use common/philox.h with a seed from the job"},
      {"mt19937", "use common/philox.h"},
      {"absl::BitGen", "use common/philox.h"},
      {"getenv", "take the setting as an argument"},
      {"fopen", "return an effect; a shell does it"},
      {"fstream", "return an effect; a shell does it"},
      {"ifstream", "return an effect; a shell does it"},
      {"ofstream", "return an effect; a shell does it"},
      {"socket", "return an effect; a shell does it"},
      {"unordered_map", "use std::map: its order does not vary between runs"},
      {"unordered_set", "use std::set: its order does not vary between runs"},
      {"absl::flat_hash_map", "use std::map or absl::btree_map: hash order varies between runs"},
      {"absl::flat_hash_set", "use std::set or absl::btree_set: hash order varies between runs"},
      {"absl::node_hash_map", "use std::map: hash order varies between runs"},
      {"absl::node_hash_set", "use std::set: hash order varies between runs"},
      {"spdlog", "return an effect or an event; a shell logs"},
      {"printf", "return an effect or an event; a shell logs"},
      {"fprintf", "return an effect or an event; a shell logs"},
      {"std::cout", "return an effect or an event; a shell logs"},
      {"std::cerr", "return an effect or an event; a shell logs"},
  };
  return *words;
}

bool StartsWithAny(const std::string& path, const Paths& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& p) { return absl::StartsWith(path, p); });
}

bool IsPure(const std::string& path) {
  return StartsWithAny(path, {"common/", "proto/convert/", "coordinator/core/", "coordinator/plan/",
                              "coordinator/schedule/", "worker/session/"}) &&
         // The check that ends the process says why first.
         !absl::StartsWith(path, "common/files/") && path != "common/check.cc";
}

// The layer of a path: the longest folder that holds it; nullptr: anything goes.
const Layer* LayerOf(const std::string& path) {
  const Layer* best = nullptr;
  for (const Layer& layer : Layers()) {
    const bool longer = best == nullptr || layer.folder.size() > best->folder.size();
    if (absl::StartsWith(path, layer.folder) && longer) best = &layer;
  }
  return best;
}

bool IsOurs(const Include& include) {
  return !include.angled && StartsWithAny(include.path, {"common/", "coordinator/", "worker/", "client/", "mote/",
                                                         "proto/", "tests/", "examples/", "bench/"});
}

bool MayInclude(const Layer& layer, const std::string& path) {
  if (LayerOf(path) == &layer) return true;
  if (StartsWithAny(path, layer.except)) return false;
  return StartsWithAny(path, layer.may);
}

void CheckLayering(const std::string& path, const std::vector<Include>& includes, std::vector<Finding>* findings) {
  const Layer* const layer = LayerOf(path);
  if (layer == nullptr) return;
  for (const Include& include : includes) {
    if (!IsOurs(include) || MayInclude(*layer, include.path)) continue;
    findings->push_back({path, include.line, "layering",
                         absl::StrCat("includes \"", include.path, "\"; ", layer->folder, " may include itself",
                                      layer->may.empty() ? "" : ", ", absl::StrJoin(layer->may, ", "),
                                      layer->except.empty() ? "" : ", but not ", absl::StrJoin(layer->except, ", "))});
  }
}

bool IsHeaderOf(const Border& border, const std::string& included) {
  return std::any_of(border.headers.begin(), border.headers.end(), [&](const std::string& header) {
    return absl::StartsWith(included, header) || absl::EndsWith(included, header);
  });
}

// A border lists where its headers are welcome, or (with '!') where they are not.
bool IsWelcome(const Border& border, const std::string& path) {
  if (border.folders.front().front() != '!') return StartsWithAny(path, border.folders);
  return std::none_of(border.folders.begin(), border.folders.end(),
                      [&](const std::string& folder) { return absl::StartsWith(path, folder.substr(1)); });
}

void CheckBorders(const std::string& path, const std::vector<Include>& includes, std::vector<Finding>* findings) {
  for (const Include& include : includes) {
    for (const Border& border : Borders()) {
      if (!IsHeaderOf(border, include.path) || IsWelcome(border, path)) continue;
      findings->push_back(
          {path, include.line, border.rule, absl::StrCat("includes \"", include.path, "\"; ", border.remedy)});
    }
  }
}

bool IsIdentifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

bool HasWord(std::string_view line, std::string_view word) {
  for (size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool starts = at == 0 || !IsIdentifier(line[at - 1]);
    if (starts && (end == line.size() || !IsIdentifier(line[end]))) return true;
  }
  return false;
}

void CheckPurity(const std::string& path, const std::vector<std::string>& code, std::vector<Finding>* findings) {
  if (!IsPure(path)) return;
  for (size_t i = 0; i < code.size(); ++i) {
    for (const Word& banned : ImpureWords()) {
      if (!HasWord(code[i], banned.word)) continue;
      findings->push_back({path, static_cast<int>(i) + 1, "pure",
                           absl::StrCat("says \"", banned.word, "\" in a pure folder; ", banned.instead)});
    }
  }
}

void CheckLines(const std::string& path, const std::vector<std::string>& lines, const std::vector<std::string>& code,
                std::vector<Finding>* findings) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const int columns = Columns(lines[i]);
    if (columns > kColumnsMax) {
      findings->push_back({path, static_cast<int>(i) + 1, "length",
                           absl::StrCat(columns, " columns, at most ", kColumnsMax, "; break the line")});
    }
    if (HasWord(code[i], "using namespace")) {
      findings->push_back({path, static_cast<int>(i) + 1, "using", "\"using namespace\"; name what you use"});
    }
  }
  const int count = static_cast<int>(lines.size()) - (lines.back().empty() ? 1 : 0);
  if (count > kLinesMax) {
    findings->push_back(
        {path, 0, "size", absl::StrCat(count, " lines, at most ", kLinesMax, "; it holds two ideas, make two files")});
  }
}

}  // namespace

std::string Finding::ToString() const {
  return absl::StrCat(path, line > 0 ? absl::StrCat(":", line) : "", ": [", rule, "] ", message);
}

std::vector<Finding> Check(const std::string& path, std::string_view text) {
  const std::string whole(text);
  const std::string blanked = BlankCommentsAndLiterals(text);
  const std::vector<std::string> lines = absl::StrSplit(whole, '\n');
  const std::vector<std::string> code = absl::StrSplit(blanked, '\n');
  const std::vector<Include> includes = IncludesOf(text);
  std::vector<Finding> findings;
  CheckLayering(path, includes, &findings);
  CheckBorders(path, includes, &findings);
  CheckPurity(path, code, &findings);
  CheckLines(path, lines, code, &findings);
  return findings;
}

}  // namespace mote::tidy
