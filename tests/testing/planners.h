// Operations that tests bring with them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/plan/registry.h"

namespace mote::testing {

// An operation that takes no input and has one output, `result`.
class SourceOperation : public coordinator::Planner {
 public:
  explicit SourceOperation(std::string name) {
    description_.name = std::move(name);
    description_.outputs = {"result"};
    description_.takes_input = false;
  }
  const coordinator::OperationDescription& description() const override { return description_; }

 protected:
  coordinator::OperationDescription description_;
};

// Planners beside the built-in ones; of two with one name, the added one is found.
class PlannersWith final : public coordinator::PlannerTable {
 public:
  explicit PlannersWith(std::vector<std::shared_ptr<const coordinator::Planner>> added) : added_(std::move(added)) {}

  const coordinator::Planner* Find(std::string_view operation) const override {
    for (const auto& planner : added_) {
      if (planner->description().name == operation) return planner.get();
    }
    return coordinator::BuiltinPlanners().Find(operation);
  }
  std::vector<const coordinator::Planner*> All() const override {
    std::vector<const coordinator::Planner*> all = coordinator::BuiltinPlanners().All();
    for (const auto& planner : added_) all.push_back(planner.get());
    return all;
  }

 private:
  std::vector<std::shared_ptr<const coordinator::Planner>> added_;
};

template <class P, class... Args>
PlannersWith With(Args... args) {
  return PlannersWith({std::make_shared<const P>(args...)});
}

}  // namespace mote::testing
