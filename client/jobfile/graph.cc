#include "client/jobfile/graph.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/bundle_name.h"

namespace mote::client {
namespace {

class GraphCheck {
 public:
  GraphCheck(const JobFile& job, const StageOutputs& outputs, Problems* problems)
      : job_(job), outputs_(outputs), problems_(*problems), next_(job.spec.stages_size()) {}

  void Run(const std::vector<Reference>& references) {
    CollectNames();
    for (const Reference& reference : references) Resolve(reference);
    FindCycles();
  }

 private:
  struct Edge {
    int to = 0;
    Place place;
  };

  Place StagePlace(int stage) const {
    const auto found = job_.places.Find({"stages", absl::StrCat(stage), "name"});
    return found.value;
  }

  void CollectNames() {
    for (int i = 0; i < job_.spec.inputs_size(); ++i) inputs_.insert(job_.spec.inputs(i).name());
    for (int i = 0; i < job_.spec.stages_size(); ++i) {
      const std::string& name = job_.spec.stages(i).name();
      if (name.empty()) continue;
      if (inputs_.count(name) > 0) {
        problems_.Add(StagePlace(i), absl::StrCat("'", name, "' names an input and a stage; rename one"));
      } else if (!stages_.emplace(name, i).second) {
        problems_.Add(StagePlace(i), absl::StrCat("'", name, "' names two stages; rename one"));
      }
    }
  }

  void Resolve(const Reference& reference) {
    if (reference.to.empty()) return;
    const size_t dot = reference.whole_stage ? std::string::npos : reference.to.find('.');
    const std::string name = reference.to.substr(0, dot);
    const auto stage = stages_.find(name);
    if (stage == stages_.end()) {
      // A bundle: the coordinator knows which ones there are.
      if (BundleReference::Is(name) && !reference.whole_stage) return;
      if (inputs_.count(name) == 0 || reference.whole_stage)
        UnknownName(reference, name);
      else if (dot != std::string::npos && reference.to.substr(dot + 1) != "result")
        UnknownOutput(reference, {"result"});
      return;
    }
    if (reference.stage >= 0) next_[reference.stage].push_back({stage->second, reference.place});
    if (reference.whole_stage) return;
    const std::string output = dot == std::string::npos ? "result" : reference.to.substr(dot + 1);
    const bool known = static_cast<size_t>(stage->second) < outputs_.size();
    const std::vector<std::string> has = known ? outputs_[stage->second] : std::vector<std::string>();
    if (!has.empty() && std::find(has.begin(), has.end(), output) == has.end()) UnknownOutput(reference, has);
  }

  void UnknownName(const Reference& reference, const std::string& name) {
    std::vector<std::string> known;
    for (const auto& [stage, index] : stages_) known.push_back(stage);
    if (!reference.whole_stage) known.insert(known.end(), inputs_.begin(), inputs_.end());
    std::sort(known.begin(), known.end());
    problems_.Add(reference.place,
                  absl::StrCat(reference.what, ": there is no ", reference.whole_stage ? "stage" : "stage or input",
                               " '", name, "'", Suggestion(name, known), "; the job has ", absl::StrJoin(known, ", ")));
  }

  void UnknownOutput(const Reference& reference, const std::vector<std::string>& has) {
    const size_t dot = reference.to.find('.');
    const std::string stage = reference.to.substr(0, dot);
    if (dot == std::string::npos) {
      problems_.Add(reference.place,
                    absl::StrCat(reference.what, ": '", stage, "' has no output 'result'; name one of ", stage, ".",
                                 absl::StrJoin(has, absl::StrCat(", ", stage, "."))));
      return;
    }
    const std::string output = reference.to.substr(dot + 1);
    problems_.Add(reference.place, absl::StrCat(reference.what, ": '", stage, "' has no output '", output, "'",
                                                Suggestion(output, has), "; it has ", absl::StrJoin(has, ", ")));
  }

  // Depth-first; a stage on the current path closes a circle, told once.
  void FindCycles() {
    state_.assign(next_.size(), kNew);
    for (size_t i = 0; i < next_.size(); ++i) {
      if (state_[i] == kNew) Visit(static_cast<int>(i));
    }
  }

  void Visit(int stage) {
    state_[stage] = kOnPath;
    path_.push_back(stage);
    for (const Edge& edge : next_[stage]) {
      if (state_[edge.to] == kNew) {
        Visit(edge.to);
      } else if (state_[edge.to] == kOnPath) {
        ReportCycle(edge);
      }
    }
    path_.pop_back();
    state_[stage] = kDone;
  }

  void ReportCycle(const Edge& edge) {
    std::vector<std::string> names;
    for (auto it = std::find(path_.begin(), path_.end(), edge.to); it != path_.end(); ++it) {
      names.push_back(job_.spec.stages(*it).name());
    }
    names.push_back(names.front());
    problems_.Add(edge.place,
                  absl::StrCat("cyclic stages: ", absl::StrJoin(names, " waits for "), "; break the circle"));
  }

  enum State { kNew, kOnPath, kDone };

  const JobFile& job_;
  const StageOutputs& outputs_;
  Problems& problems_;
  std::set<std::string> inputs_;
  std::map<std::string, int> stages_;
  std::vector<std::vector<Edge>> next_;
  std::vector<State> state_;
  std::vector<int> path_;
};

}  // namespace

std::vector<Reference> ReferencesOf(const JobFile& job) {
  std::vector<Reference> references;
  for (int i = 0; i < job.spec.stages_size(); ++i) {
    const v1::Stage& stage = job.spec.stages(i);
    const PlaceIndex::Path base = {"stages", absl::StrCat(i)};
    const std::string what = absl::StrCat("stage '", stage.name(), "'");
    references.push_back(
        {i, stage.input(), absl::StrCat("input of ", what), job.places.Find({base[0], base[1], "input"}).value});
    for (int a = 0; a < stage.after_size(); ++a) {
      references.push_back({i, stage.after(a), absl::StrCat("after of ", what),
                            job.places.Find({base[0], base[1], "after", absl::StrCat(a)}).value, true});
    }
  }
  for (int i = 0; i < job.spec.outputs_size(); ++i) {
    const v1::OutputSpec& output = job.spec.outputs(i);
    references.push_back({-1, output.from(), absl::StrCat("output '", output.name(), "'"),
                          job.places.Find({"outputs", absl::StrCat(i), "from"}).value});
  }
  return references;
}

void CheckGraph(const JobFile& job, const std::vector<Reference>& references, const StageOutputs& outputs,
                Problems* problems) {
  GraphCheck(job, outputs, problems).Run(references);
}

}  // namespace mote::client
