using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// Why no instance is replaced for a launch. Without it, a refusal with <c>replace-oldest</c> or <c>replace-idle</c> looks like a mistake
/// of ours.
/// </summary>
internal struct Unreplaced
{
    private int _ofOthers;
    private int _starting;
    private int _ending;
    private int _kept;

    /// <summary>Counts an instance of the same server that is not replaced.</summary>
    public void Add(Instance asking, Instance instance)
    {
        if (!instance.HasPlace)
            return;
        if (instance.State is InstanceState.Ending)
            _ending++;
        else if (instance.Service != asking.Service)
            _ofOthers++;
        else if (instance.State is InstanceState.Placed || instance.IsStarting)
            _starting++;
        else
            _kept++;
    }

    /// <summary>A clause for the refusal.</summary>
    /// <param name="server">The settings of the server.</param>
    /// <param name="youngest">The age from which <c>replace-oldest</c> takes an instance.</param>
    public readonly string Text(ServerSettings server, TimeSpan youngest)
    {
        var isIdle = server.OnLimit == LimitAction.ReplaceIdle;
        var reasons = new List<string>();
        if (_kept > 0)
            reasons.Add(isIdle
                ? $"{_kept} {(_kept == 1 ? "has" : "have")} had traffic in the last {Duration.Format(server.IdleAfter ?? default)}"
                : $"{_kept} {Are(_kept)} younger than {Duration.Format(youngest)}");
        if (_starting > 0)
            reasons.Add($"{_starting} still {(_starting == 1 ? "starts" : "start")}");
        if (_ending > 0)
            reasons.Add($"{_ending} {(_ending == 1 ? "ends" : "end")} already, for other launches");
        if (_ofOthers > 0)
            reasons.Add($"{_ofOthers} {Are(_ofOthers)} of other services");
        return $"{(isIdle ? "replace-idle" : "replace-oldest")} finds none to replace: " +
            (reasons.Count > 0 ? string.Join(", ", reasons) : $"no instance of {server.Name} runs");
    }

    private static string Are(int count) => count == 1 ? "is" : "are";
}
