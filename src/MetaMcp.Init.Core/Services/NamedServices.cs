using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The services that the file names beside the start order: receivers of signals, and services to be restarted with others.
/// </summary>
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

    /// <summary>The service to which [signals] forwards the signal.</summary>
    public bool TryReceiver(Signal signal, out int service) => _receivers.TryGetValue(signal, out service);

    /// <summary>The services that have this one in <c>restart_with</c>.</summary>
    public List<int> RestartedWith(int service) => _restartedWith[service];
}
