using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>
/// One machine for all tests that need nothing but a kernel, some three minutes of them; it boots once, in two or three seconds.
/// </summary>
public sealed class SmallMachine : IAsyncLifetime
{
    private VirtualMachine? _machine;

    internal VirtualMachine Machine => _machine ?? throw new InvalidOperationException("it has not booted");

    public async ValueTask InitializeAsync() =>
        _machine = await VirtualMachine.Boot(new MachineOptions { Deadline = TimeSpan.FromMinutes(8) });

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }
}

/// <summary>Emulation takes a whole processor; beside it, the deadlines of other tests would mean little.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SmallMachineTests : ICollectionFixture<SmallMachine>
{
    public const string Name = "small machine";
}
