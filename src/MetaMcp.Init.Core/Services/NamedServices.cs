using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>What the file names services for, beside their order: signals, and whom to be started anew with.</summary>
internal sealed class NamedServices
{
    private readonly Dictionary<Signal, int> _receivers = [];
    private readonly List<int>[] _restartedWith;

    public NamedServices(Plan plan)
    {
        var indices = new Dictionary<string, int>(plan.Services.Length);
        foreach (var service in plan.Services)
            if (!service.IsRetired)
                indices[service.Name] = service.Index;
        foreach (var (signal, name) in plan.Settings.Signals)
            _receivers[signal] = indices[name];
        _restartedWith = new List<int>[plan.Services.Length];
        for (var service = 0; service < _restartedWith.Length; service++)
            _restartedWith[service] = [];
        foreach (var service in plan.Services)
            if (!service.IsRetired)
                foreach (var name in service.Settings.RestartWith)
                    _restartedWith[indices[name]].Add(service.Index);
    }

    /// <summary>To whom [signals] forwards it.</summary>
    public bool TryReceiver(Signal signal, out int service) => _receivers.TryGetValue(signal, out service);

    /// <summary>Those that have it in <c>restart_with</c>.</summary>
    public List<int> RestartedWith(int service) => _restartedWith[service];
}
