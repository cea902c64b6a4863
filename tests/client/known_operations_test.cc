#include "client/jobfile/known_operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "coordinator/plan/registry.h"

namespace mote::client {
namespace {

TEST(KnownOperations, AreThoseOfThisVersionsCoordinator) {
  const std::set<std::string> unnamed = {"bundle", "index", "index_shared", "sweep"};  // planned for others' sake
  std::vector<std::string> offered;
  for (const coordinator::Planner* planner : coordinator::BuiltinPlanners().All()) {
    if (!unnamed.contains(planner->description().name)) offered.push_back(planner->description().name);
  }
  EXPECT_THAT(KnownOperations(), ::testing::UnorderedElementsAreArray(offered));
}

}  // namespace
}  // namespace mote::client
