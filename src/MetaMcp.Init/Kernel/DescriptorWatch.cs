using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Who is called when a descriptor has something to say: one handler for each, and one wait for all.</summary>
internal sealed class DescriptorWatch
{
    private readonly EventPort _port;
    private readonly Dictionary<int, Action> _handlers = [];
    private readonly Action<Ready> _onReady;

    public DescriptorWatch(EventPort port) => (_port, _onReady) = (port, OnReady);

    public void Add(int descriptor, Action handler) => Add(descriptor, handler, EPOLLIN);

    public void Add(int descriptor, Action handler, uint events)
    {
        _handlers[descriptor] = handler;
        _ = _port.Add(descriptor, events);
    }

    /// <summary>Called before it is closed.</summary>
    public void Remove(int descriptor)
    {
        Forget(descriptor);
        _port.Remove(descriptor);
    }

    /// <summary>The same for one that is closed already: the kernel has forgotten it by itself.</summary>
    public void Forget(int descriptor) => _handlers.Remove(descriptor);

    public void Wait(Instant due) => _port.Wait(due, _onReady);

    private void OnReady(Ready ready)
    {
        if (_handlers.TryGetValue(ready.Descriptor, out var handler))
            handler();
    }
}
