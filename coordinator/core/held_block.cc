#include "coordinator/core/held_block.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {
namespace {

std::set<std::string> WorkersOf(const HeldValue& value) { return {value.workers.begin(), value.workers.end()}; }

// Most workers first; of equally many, the one that was found first.
void Sort(std::vector<HeldValue>& values) {
  std::stable_sort(values.begin(), values.end(),
                   [](const HeldValue& a, const HeldValue& b) { return WorkersOf(a).size() > WorkersOf(b).size(); });
}

bool IsKeptAt(const HeldValue& value, const std::string& worker) {
  return std::any_of(value.nodes.begin(), value.nodes.end(), [&](const Node& node) { return node.holder == worker; });
}

}  // namespace

Digest DigestOf(const std::vector<Node>& nodes) {
  std::string text;
  for (const Node& node : nodes) {
    absl::StrAppend(&text, node.block.begin(), " ", node.block.level, " ");
    if (node.artifact) {
      absl::StrAppend(&text, "artifact ", node.artifact->ToString(), "\n");
    } else if (node.partial) {
      absl::StrAppend(&text, "partial ", node.partial->size(), " ", *node.partial, "\n");
    } else {
      absl::StrAppend(&text, "absent\n");
    }
  }
  return Sha256(text);
}

void HeldBlock::Add(const std::string& worker, std::vector<Node> nodes, const Cost& cost, absl::Duration slot_time) {
  const Digest digest = DigestOf(nodes);
  auto same = std::find_if(values_.begin(), values_.end(), [&](const HeldValue& v) { return v.digest == digest; });
  if (same == values_.end()) {
    values_.push_back({digest, std::move(nodes), cost, slot_time, {}});
    same = values_.end() - 1;
  }
  same->workers.push_back(worker);
  Sort(values_);
}

void HeldBlock::Forget(const std::string& worker) {
  for (HeldValue& value : values_) std::erase(value.workers, worker);
  std::erase_if(values_, [](const HeldValue& value) { return value.workers.empty(); });
  Sort(values_);
}

void HeldBlock::ForgetKeptAt(const std::string& worker) {
  std::erase_if(values_, [&](const HeldValue& value) { return IsKeptAt(value, worker); });
}

bool HeldBlock::AnyKeptAt(const std::string& worker) const {
  return std::any_of(values_.begin(), values_.end(), [&](const HeldValue& value) { return IsKeptAt(value, worker); });
}

Verdict HeldBlock::Judge(int runs) const {
  if (!contradictor().empty()) return Verdict::kContradicts;
  const bool enough = run_count() >= runs;
  if (!disputed()) return enough ? Verdict::kAgreed : Verdict::kOpen;
  std::set<std::string> insistent;
  for (const HeldValue& value : values_) {
    for (const std::string& worker : WorkersOf(value)) {
      if (RunsOf(worker) >= kRunsPerWorkerMax) insistent.insert(worker);
    }
  }
  const bool stuck = insistent.size() > 1;
  const size_t most = WorkersOf(values_[0]).size(), next = WorkersOf(values_[1]).size();
  if (most >= 2 && most > next) return enough || stuck ? Verdict::kAgreed : Verdict::kOpen;
  const bool all_differ = static_cast<int>(values_.size()) > runs;
  return all_differ || stuck ? Verdict::kNoTwoAgree : Verdict::kOpen;
}

std::string HeldBlock::contradictor() const {
  std::set<std::string> seen;
  for (const HeldValue& value : values_) {
    for (const std::string& worker : WorkersOf(value)) {
      if (!seen.insert(worker).second) return worker;
    }
  }
  return "";
}

std::vector<std::string> HeldBlock::dissenters() const {
  std::vector<std::string> names;
  for (size_t i = 1; i < values_.size(); ++i) {
    names.insert(names.end(), values_[i].workers.begin(), values_[i].workers.end());
  }
  return names;
}

int HeldBlock::run_count() const {
  int count = 0;
  for (const HeldValue& value : values_) count += static_cast<int>(value.workers.size());
  return count;
}

int HeldBlock::RunsOf(const std::string& worker) const {
  int64_t count = 0;
  for (const HeldValue& value : values_) count += std::count(value.workers.begin(), value.workers.end(), worker);
  return static_cast<int>(count);
}

bool HeldBlock::independent() const {
  std::set<std::string> names;
  for (const HeldValue& value : values_) names.insert(value.workers.begin(), value.workers.end());
  return names.size() > 1;
}

}  // namespace mote::coordinator
