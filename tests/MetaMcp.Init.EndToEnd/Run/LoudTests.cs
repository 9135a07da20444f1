namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Tests that take the whole machine on purpose: beside them the deadlines of others would mean nothing, so each runs alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoudTests
{
    public const string Name = "loud";
}
