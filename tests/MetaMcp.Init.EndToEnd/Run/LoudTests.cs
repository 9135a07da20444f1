namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>
/// Tests that load the whole machine on purpose. Deadlines of other tests would mean nothing beside them, so each runs alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoudTests
{
    public const string Name = "loud";
}
