package io.github.memoryservice.memory;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Has connections dropped before a snapshot of the process is taken, and after it is restored, if org.crac is here: SnapStart brings it. It
 * is called by name, so that nobody needs it.
 */
final class Checkpoint implements InvocationHandler {
    /** Whoever takes snapshots holds what it tells only weakly. */
    static final List<Object> RESOURCES = new CopyOnWriteArrayList<>();

    private final Wire wire;

    private Checkpoint(Wire wire) {
        this.wire = wire;
    }

    /** The same wire, which is told of snapshots. */
    static Wire watching(Wire wire) {
        try {
            ClassLoader loader = Checkpoint.class.getClassLoader();
            Class<?> kind = Class.forName("org.crac.Resource", true, loader);
            Object context = Class.forName("org.crac.Core", true, loader).getMethod("getGlobalContext").invoke(null);
            Object resource = Proxy.newProxyInstance(loader, new Class<?>[] {kind}, new Checkpoint(wire));
            Class.forName("org.crac.Context", true, loader).getMethod("register", kind).invoke(context, resource);
            RESOURCES.add(resource);
        } catch (ReflectiveOperationException | LinkageError none) {
            // Then nobody takes snapshots that could be told of; idle connections are not used again all the same (WIRE-6).
        }
        return wire;
    }

    @Override
    public Object invoke(Object resource, Method method, Object[] arguments) {
        switch (method.getName()) {
            case "beforeCheckpoint":
                wire.close();
                return null;
            case "afterRestore":
                wire.close();
                // The clock that AWS was compared with may be another one by now.
                AwsClock.forget();
                return null;
            case "hashCode":
                return System.identityHashCode(resource);
            case "equals":
                return resource == arguments[0];
            default:
                return "Memory Service's connections";
        }
    }
}
