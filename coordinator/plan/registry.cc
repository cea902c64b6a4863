#include "coordinator/plan/registry.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "coordinator/plan/apply_planner.h"
#include "coordinator/plan/attribution_planner.h"
#include "coordinator/plan/boost_planner.h"
#include "coordinator/plan/choose_rows_planner.h"
#include "coordinator/plan/command_planner.h"
#include "coordinator/plan/dependence_planner.h"
#include "coordinator/plan/distinct_planner.h"
#include "coordinator/plan/ensemble_planner.h"
#include "coordinator/plan/forest_planner.h"
#include "coordinator/plan/importance_planner.h"
#include "coordinator/plan/index_planner.h"
#include "coordinator/plan/infer_planner.h"
#include "coordinator/plan/join_planner.h"
#include "coordinator/plan/prepare_planner.h"
#include "coordinator/plan/publish_planner.h"
#include "coordinator/plan/source_planner.h"
#include "coordinator/plan/sweep_planner.h"
#include "coordinator/plan/train_planner.h"
#include "coordinator/plan/zip_planner.h"

namespace mote::coordinator {
namespace {

class BuiltinTable final : public PlannerTable {
 public:
  BuiltinTable() {
    Add(MakeApplyPlanner());
    Add(MakeAttributionPlanner(*this));
    Add(MakeBoostPlanner());
    Add(MakeBundlePlanner());
    Add(MakeCommandPlanner());
    Add(MakeDependencePlanner(*this));
    Add(MakeDistinctPlanner());
    Add(MakeEchoPlanner());
    Add(MakeEnsemblePlanner(*this));
    Add(MakeFilterPlanner());
    Add(MakeForestPlanner());
    Add(MakeImportancePlanner(*this));
    Add(MakeInferPlanner());
    Add(MakeIndexPlanner());
    Add(MakeSharedIndexPlanner());
    Add(MakeJoinPlanner());
    Add(MakeMisbehavePlanner());
    Add(MakeNoopPlanner());
    Add(MakePreparePlanner());
    Add(MakePublishPlanner());
    Add(MakeRandomSumPlanner());
    Add(MakeSamplePlanner());
    Add(MakeSleepPlanner());
    Add(MakeSpinPlanner());
    Add(MakeSweepPlanner(*this));
    Add(MakeTrainPlanner());
    Add(MakeZipPlanner());
  }

  const Planner* Find(std::string_view operation) const override {
    const auto it = planners_.find(operation);
    return it == planners_.end() ? nullptr : it->second.get();
  }

  std::vector<const Planner*> All() const override {
    std::vector<const Planner*> all;
    for (const auto& [name, planner] : planners_) all.push_back(planner.get());
    return all;
  }

 private:
  void Add(std::unique_ptr<Planner> planner) {
    std::string name = planner->description().name;
    planners_.emplace(std::move(name), std::move(planner));
  }

  std::map<std::string, std::unique_ptr<Planner>, std::less<>> planners_;
};

}  // namespace

const PlannerTable& BuiltinPlanners() {
  static const auto* const table = new BuiltinTable;
  return *table;
}

}  // namespace mote::coordinator
