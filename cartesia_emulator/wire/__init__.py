"""What goes over the network: requests in, frames and streams out, faults on purpose."""
