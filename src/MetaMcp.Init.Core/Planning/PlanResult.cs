using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>A plan, null if the settings cannot make one, and all diagnostics about them.</summary>
public sealed record PlanResult(Plan? Plan, ImmutableArray<Diagnostic> Diagnostics);
